"""The loss of a run as a picture (SVG), without a drawing library."""

WIDTH, HEIGHT, EDGE = 720, 240, 44
SMOOTH = 0.9
"""Weight of what was before in the smoothed line."""


def smoothed(losses: list[float]) -> list[float]:
    """Exponential mean, corrected at the start."""
    mean, weight, line = 0.0, 0.0, []
    for value in losses:
        mean, weight = SMOOTH * mean + (1 - SMOOTH) * value, SMOOTH * weight + (1 - SMOOTH)
        line.append(mean / weight)
    return line


def loss_picture(losses: list[float], title: str) -> str:
    """An <svg> of a dot a step and the smoothed line; a line of text where there are no losses."""
    if not losses:
        return f"<p>{title}: no steps</p>"
    low, high = min(losses), max(losses)
    span = (high - low) or 1.0

    def at(step: int, value: float) -> tuple[float, float]:
        x = EDGE + (WIDTH - 2 * EDGE) * step / max(1, len(losses) - 1)
        return x, HEIGHT - EDGE + (2 * EDGE - HEIGHT) * (value - low) / span

    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.5"/>' for x, y in (at(step, value) for step, value in enumerate(losses)))
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(step, value) for step, value in enumerate(smoothed(losses))))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" font-family="sans-serif" font-size="12">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/><text x="{EDGE}" y="20">{title}</text>'
        f'<g fill="#9bb">{dots}</g><polyline points="{line}" fill="none" stroke="#06a" stroke-width="2"/>'
        f'<text x="4" y="{EDGE + 4}">{high:.2f}</text><text x="4" y="{HEIGHT - EDGE}">{low:.2f}</text>'
        f'<text x="{EDGE}" y="{HEIGHT - 16}">step 1</text><text x="{WIDTH - EDGE}" y="{HEIGHT - 16}" text-anchor="end">{len(losses)}</text></svg>'
    )
