"""The bill by service as an SVG: one bar a service, what each awake hour adds beside what comes in any case."""

from html import escape

from cost.bill import Line
from cost.report import by_service

_ROW, _LEFT, _WIDTH = 26, 130, 420


def svg(environment: str, lines: list[Line], awake_hours: float) -> str:
    """Return the picture; colours differ in lightness, so that it also reads in grey."""
    services = {name: (hourly * awake_hours, fixed) for name, (hourly, fixed) in by_service(lines).items()}
    scale = _WIDTH / max(awake + fixed for awake, fixed in services.values())
    height = _ROW * len(services) + 60
    title = f"{environment}: US dollars a month at {awake_hours:g} awake hours"
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="640" height="{height}"',
        ' font-family="sans-serif" font-size="13">',
        f"<title>{escape(title)}</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="10" y="20" font-weight="bold">{escape(title)}</text>',
    ]
    for index, (name, (awake, fixed)) in enumerate(services.items()):
        y = 34 + index * _ROW
        end = _LEFT + (awake + fixed) * scale
        rows += [
            f'<text x="{_LEFT - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{_LEFT}" y="{y}" width="{awake * scale:.1f}" height="18" fill="#1b5e91"/>',
            f'<rect x="{_LEFT + awake * scale:.1f}" y="{y}" width="{fixed * scale:.1f}" height="18" fill="#9cc3e0"/>',
            f'<text x="{end + 6:.1f}" y="{y + 14}">{awake + fixed:.2f}</text>',
        ]
    y = height - 16
    for x, colour, label in ((_LEFT, "#1b5e91", "by the awake hour"), (_LEFT + 160, "#9cc3e0", "in any case")):
        rows.append(f'<rect x="{x}" y="{y - 11}" width="12" height="12" fill="{colour}"/>')
        rows.append(f'<text x="{x + 18}" y="{y}">{label}</text>')
    return "\n".join([*rows, "</svg>"]) + "\n"
