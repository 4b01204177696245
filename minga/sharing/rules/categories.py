"""The categories that every community starts with, in the shipped languages."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

CATEGORIES: Mapping[str, Mapping[str, str]] = {
    "food": {"en": "Food", "es": "Comida"},
    "garden": {"en": "Garden", "es": "Jardín"},
    "tools": {"en": "Tools", "es": "Herramientas"},
    "kitchen": {"en": "Kitchen", "es": "Cocina"},
    "furniture": {"en": "Furniture", "es": "Muebles"},
    "clothes": {"en": "Clothes", "es": "Ropa"},
    "children": {"en": "Children and toys", "es": "Niños y juguetes"},
    "books": {"en": "Books and games", "es": "Libros y juegos"},
    "electronics": {"en": "Electronics", "es": "Electrónica"},
    "vehicles": {"en": "Bicycles and cars", "es": "Bicicletas y coches"},
    "transport": {"en": "Transport", "es": "Transporte"},
    "care": {"en": "Care and company", "es": "Cuidados y compañía"},
    "health": {"en": "Health", "es": "Salud"},
    "housing": {"en": "Housing", "es": "Vivienda"},
    "repairs": {"en": "Repairs", "es": "Reparaciones"},
    "office": {"en": "Office and papers", "es": "Oficina y papeles"},
    "languages": {"en": "Languages", "es": "Idiomas"},
    "teaching": {"en": "Teaching", "es": "Enseñanza"},
    "computers": {"en": "Computers", "es": "Ordenadores"},
    "art": {"en": "Art and music", "es": "Arte y música"},
    "sports": {"en": "Sports", "es": "Deporte"},
    "animals": {"en": "Animals", "es": "Animales"},
    "events": {"en": "Events and rooms", "es": "Eventos y salas"},
    "other": {"en": "Other", "es": "Otros"},
}


@dataclass(frozen=True)
class CategoryName:
    """A category as lists of choices show it."""

    id: str
    key: str
    labels: Mapping[str, str]
    parent_id: str | None = None
    own: bool = False

    def label(self, language: str) -> str:
        """Its name in a language, or in English, or in whatever there is.

        >>> CategoryName("1", "food", {"en": "Food", "es": "Comida"}).label("es-CO")
        'Comida'
        """
        known = self.labels.get(language.split("-")[0]) or self.labels.get("en")
        return known or next(iter(self.labels.values()), self.key)


def shipped_id(key: str) -> str:
    """The id of a shipped category: the same on every node, so that two nodes mean the same by it.

    >>> shipped_id("food") == shipped_id("food"), len(shipped_id("food"))
    (True, 32)
    """
    return hashlib.sha256(f"minga-category-1 {key}".encode()).hexdigest()[:32]
