"""Side-by-side tables and pictures: what was measured, what the fitted model gives."""

WIDTH, HEIGHT, MARGIN = 640, 360, 56
COLOURS = ("#1f5fa8", "#c2571a", "#4a8a3f", "#7a4fa0")


def table(title, header, rows):
    """A Markdown table with a title line; cells are already text."""
    lines = [f"### {title}", "", "| " + " | ".join(header) + " |",
             "|" + "---|" * len(header)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def versus(title, levels, pairs, unit, digits=0):
    """One row per (name, measured, model): each cell is "measured | model" at one quantile."""
    header = [f"{title} ({unit})"]
    for level in levels:
        header += [f"{level} measured", f"{level} model"]
    rows = []
    for name, measured, model in pairs:
        cells = [name]
        for have, want in zip(measured, model):
            cells += [f"{have:.{digits}f}", f"{want:.{digits}f}"]
        rows.append(cells)
    return table(title, header, rows)


def plot(title, x_label, y_label, curves, x_ticks, y_ticks, legend="end"):
    """An SVG line chart.  curves: [(name, [(x, y)])], x already on the axis scale of x_ticks.

    x_ticks and y_ticks are [(position, label)]; the first and last give the range.  The legend
    stands at the bottom, at the start or the end of the x axis, where the curves leave room.
    """
    low_x, high_x = x_ticks[0][0], x_ticks[-1][0]
    low_y, high_y = y_ticks[0][0], y_ticks[-1][0]

    def at(x, y):
        x, y = min(max(x, low_x), high_x), min(max(y, low_y), high_y)
        left = MARGIN + (x - low_x) / (high_x - low_x) * (WIDTH - MARGIN - 16)
        top = HEIGHT - MARGIN - (y - low_y) / (high_y - low_y) * (HEIGHT - MARGIN - 32)
        return f"{left:.1f}", f"{top:.1f}"

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
             f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             f'<text x="{MARGIN}" y="20" font-size="13">{title}</text>',
             f'<text x="{WIDTH // 2}" y="{HEIGHT - 12}" text-anchor="middle">{x_label}</text>',
             f'<text x="14" y="{HEIGHT // 2}" transform="rotate(-90 14 {HEIGHT // 2})" '
             f'text-anchor="middle">{y_label}</text>']
    parts += _axis(at, x_ticks, y_ticks)
    for index, (name, points) in enumerate(curves):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join(",".join(at(x, y)) for x, y in points)
        dash = ' stroke-dasharray="5 3"' if index % 2 else ""
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="1.6"{dash} '
                     f'points="{path}"/>')
        x = WIDTH - 20 if legend == "end" else MARGIN + 6
        parts.append(f'<text x="{x}" y="{HEIGHT - MARGIN - 14 - 15 * index}" '
                     f'text-anchor="{legend}" fill="{colour}">{name}</text>')
    return "\n".join(parts + ["</svg>"]) + "\n"


def _axis(at, x_ticks, y_ticks):
    parts = []
    for x, label in x_ticks:
        left, bottom = at(x, y_ticks[0][0])
        _, top = at(x, y_ticks[-1][0])
        parts.append(f'<path d="M{left} {bottom}V{top}" stroke="#e0e0e0"/>')
        parts.append(f'<text x="{left}" y="{float(bottom) + 16:.1f}" '
                     f'text-anchor="middle">{label}</text>')
    for y, label in y_ticks:
        left, level = at(x_ticks[0][0], y)
        right, _ = at(x_ticks[-1][0], y)
        parts.append(f'<path d="M{left} {level}H{right}" stroke="#e0e0e0"/>')
        parts.append(f'<text x="{float(left) - 6:.1f}" y="{float(level) + 4:.1f}" '
                     f'text-anchor="end">{label}</text>')
    return parts
