"""The list of errors at the head of a form names the field of each, in the order of the form: "Name: Please fill this in."."""

import re

from markupsafe import Markup

LIST = 'id="errors"'
_LABEL = re.compile(
    r'<label for="(?P<field>f-[^"]+)">(?P<label>.*?)</label>'
    r'|<fieldset [^>]*id="(?P<group>f-[^"]+)"[^>]*>\s*<legend>(?P<legend>.*?)</legend>',
    re.DOTALL,
)
_LINE = re.compile(r'<li><a href="#(f-[^"]+)">(.*?)</a></li>', re.DOTALL)
_OPTIONAL = re.compile(r'\s*<span class="optional">.*?</span>', re.DOTALL)


def with_names_in_errors(form: Markup) -> Markup:
    """The words of a form, its list of errors completed from the labels beneath; without such a list, unchanged.

    >>> list_ = '<div id="errors"><ul><li><a href="#f-name">Please fill this in.</a></li></ul></div>'
    >>> print(with_names_in_errors(Markup(list_ + '<label for="f-name">Your name</label>')))
    <div id="errors"><ul><li><a href="#f-name">Your name: Please fill this in.</a></li></ul></div><label for="f-name">Your name</label>
    """
    text = str(form)
    start = text.find(LIST)
    end = text.find("</ul>", start)
    if start < 0 or end < 0:
        return form
    labels = {
        found["field"] or found["group"]: _OPTIONAL.sub("", found["label"] or found["legend"]).strip()
        for found in _LABEL.finditer(text, end)
    }

    def named(line: re.Match[str]) -> str:
        label = labels.get(line[1], "")
        between = "" if label.endswith(("?", ":")) else ":"
        return f'<li><a href="#{line[1]}">{label}{between} {line[2]}</a></li>' if label else line[0]

    lines = list(_LINE.finditer(text, start, end))
    if not lines:
        return form
    order = list(labels)
    lines.sort(key=lambda line: order.index(line[1]) if line[1] in labels else len(order))
    first, last = min(line.start() for line in lines), max(line.end() for line in lines)
    return Markup(text[:first] + "".join(map(named, lines)) + text[last:])  # nosec B704 # pieces of a page that was filled with escaping
