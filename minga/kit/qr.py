"""QR codes as SVG, for what somebody else's camera should read from a screen or a sheet of paper."""

import io
import re

from minga.kit.errors import TooLarge
from minga.kit.i18n import N_

LENGTH_MAX = 1_000
TOO_LONG = N_("This is too long for a QR code. Please give the address in words.")


def qr_svg(data: str, title: str = "", *, scale: int = 4) -> str:
    """The code as SVG without style attributes or scripts, dark on a light ground, so that it is read in any theme.

    The title is its text alternative; the data belongs beneath it in words, for those who have no camera.
    """
    if len(data) > LENGTH_MAX:
        raise TooLarge(TOO_LONG)
    import segno  # noqa: PLC0415  (few requests draw one)

    file = io.BytesIO()
    segno.make(data, error="m", micro=False).save(
        file,
        kind="svg",
        xmldecl=False,
        nl=False,
        scale=scale,
        border=4,
        dark="#000",
        light="#fff",
        title=title or None,
        svgclass="qr",
        lineclass=None,
    )
    drawn = file.getvalue().decode().replace("<svg ", '<svg role="img" ', 1)
    # With a view box the code grows and shrinks as a whole; without, a style sheet would cut it off.
    return re.sub(r'width="(\d+)" height="(\d+)"', r'\g<0> viewBox="0 0 \1 \2"', drawn, count=1)
