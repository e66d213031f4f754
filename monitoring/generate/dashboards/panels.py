"""Panels and the frame around them: unit, legend, thresholds, fixed colours, links to runbooks, one data source."""

# ruff: noqa: FBT003, PLR0913  the builders' setters are positional; a panel has that many properties

from grafana_foundation_sdk.builders import common, prometheus, stat, text, timeseries
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models

from monitoring.generate.alert import kebab, runbook

SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
ENVIRONMENT = 'environment="$environment"'

# A pod of a release that was not there a minute ago. `group` keeps it one line a release, however many pods there are.
DEPLOYS = (
    "group by (colour, version) (service_build_info) unless group by (colour, version) (service_build_info offset 1m)"
)

KEPT = (
    "Times are UTC. In prod Prometheus keeps 30 days on a volume; in dev it keeps what it knows in memory and loses it "
    "with its pod, so windows longer than a day mean nothing there."
)
COLOURS = {"blue": "blue", "green": "green"}
WELL, WATCH, BAD = "green", "orange", "red"
NEUTRAL = "text"  # a word such as "blue", written in green, would be read twice

# (query, legend); {{label}} in a legend is a label of the series.
Line = tuple[str, str]


def lines(
    title: str,
    unit: str,
    *drawn: Line,
    about: str = "",
    width: int = 12,
    bad: float | None = None,
    alert: str = "",
) -> timeseries.Panel:
    """Return a panel of lines over time. From `bad` on it is red; `alert` names the one that looks at the same."""
    panel = (
        _panel(timeseries.Panel(), title, unit, drawn, about=about, alert=alert)
        .min(0)
        .height(8)
        .span(width)
        .fill_opacity(8)
        .color_scheme(builders.FieldColor().mode(models.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
        .thresholds(steps((WELL, None), *([(BAD, bad)] if bad is not None else [])))
        .thresholds_style(
            common.GraphThresholdsStyleConfig().mode(
                shapes.GraphThresholdsStyleMode.DASHED if bad is not None else shapes.GraphThresholdsStyleMode.OFF
            )
        )
        .legend(
            common.VizLegendOptions()
            .display_mode(shapes.LegendDisplayMode.TABLE)
            .placement(shapes.LegendPlacement.BOTTOM)
            .show_legend(True)
            .calcs(["lastNotNull", "max"])
        )
        .tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI).sort(shapes.SortOrder.DESCENDING))
    )
    for colour, shown in COLOURS.items():
        fixed = models.DynamicConfigValue("color", {"mode": "fixed", "fixedColor": shown})
        panel = panel.override_by_regexp(f"/^{colour}\\b/", [fixed])
    return panel


def number(
    title: str,
    unit: str,
    query: str,
    legend: str,
    *levels: tuple[str, float | None],
    about: str = "",
    width: int = 6,
    alert: str = "",
    words: bool = False,
) -> stat.Panel:
    """Return a panel of one figure; `levels` are colours from their values on. With `words` it shows the legend."""
    panel = (
        _panel(stat.Panel(), title, unit, ((query, legend),), about=about, alert=alert)
        .height(4)
        .span(width)
        .graph_mode(shapes.BigValueGraphMode.NONE)
        .thresholds(steps(*(levels or ((NEUTRAL if words else WELL, None),))))
        .color_scheme(builders.FieldColor().mode(models.FieldColorModeId.THRESHOLDS))
    )
    return panel.text_mode(shapes.BigValueTextMode.NAME) if words else panel


def steps(*levels: tuple[str, float | None]) -> builders.ThresholdsConfig:
    """Return thresholds: each colour holds from its value on, the first from minus infinity."""
    return (
        builders.ThresholdsConfig()
        .mode(models.ThresholdsMode.ABSOLUTE)
        .steps([models.Threshold(value=value, color=colour) for colour, value in levels])
    )


def _panel[Panel: (timeseries.Panel, stat.Panel)](
    panel: Panel, title: str, unit: str, drawn: tuple[Line, ...], *, about: str, alert: str
) -> Panel:
    panel = panel.title(title).description(about).datasource(SOURCE).unit(unit)
    for position, (query, legend) in enumerate(drawn):
        target = prometheus.Dataquery().expr(query).legend_format(legend).ref_id(chr(ord("A") + position))
        panel = panel.with_target(target)
    if alert:
        link = (
            builders.DashboardLink(f"Runbook: {alert}").type(models.DashboardLinkType.LINK).url(runbook(kebab(alert)))
        )
        panel = panel.links([link.target_blank(True)])
    return panel


def frame(name: str, about: str, rows: dict[str, list[timeseries.Panel | stat.Panel]]) -> builders.Dashboard:
    """Return a dashboard of rows, with its variables, the deploys as annotations, and what its figures are worth."""
    made = (
        builders.Dashboard(f"Service: {name}")
        .uid(f"service-{name.lower()}")
        .description(about)
        .tags(["service"])
        .refresh("30s")
        .time("now-3h", "now")
        .timezone("utc")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .link(
            builders.DashboardLink("Service")
            .type(models.DashboardLinkType.DASHBOARDS)
            .tags(["service"])
            .as_dropdown(True)
        )
        .with_variable(builders.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(
            builders.QueryVariable("environment")
            .label("Environment")
            .datasource(SOURCE)
            .query("label_values(service_build_info, environment)")
            .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        )
        .annotation(
            builders.AnnotationQuery().name("Deploys").datasource(SOURCE).enable(True).icon_color("blue").expr(DEPLOYS)
        )
    )
    for title, panels in rows.items():
        made = made.with_row(builders.Row(title))
        for panel in panels:
            made = made.with_panel(panel)
    return made.with_panel(text.Panel().title("What these figures are worth").content(KEPT).height(3).span(24))
