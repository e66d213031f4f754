"""Panels and the frame around them: every one has a unit, a legend, and the data source of the dashboard's variable."""

# ruff: noqa: FBT003, PLR0913  the builders' setters are positional; a panel has that many properties

from grafana_foundation_sdk.builders import common, prometheus, stat, text, timeseries
from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models

SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
ENVIRONMENT = 'environment="$environment"'

# A pod of a release that was not there a minute ago. `group` keeps it one line a release, however many pods there are.
DEPLOYS = "group by (colour, version) (todo_build_info) unless group by (colour, version) (todo_build_info offset 1m)"

KEPT = (
    "Times are UTC. In prod Prometheus keeps 30 days on a volume; in dev it keeps what it knows in memory and loses it "
    "with its pod, so windows longer than a day mean nothing there."
)

# (query, legend); {{label}} in a legend is a label of the series.
Line = tuple[str, str]


def lines(title: str, unit: str, *drawn: Line, about: str = "", width: int = 12) -> timeseries.Panel:
    """Return a panel of lines over time."""
    panel = (
        timeseries.Panel()
        .title(title)
        .description(about)
        .datasource(SOURCE)
        .unit(unit)
        .min(0)
        .height(8)
        .span(width)
        .fill_opacity(8)
        .legend(
            common.VizLegendOptions()
            .display_mode(shapes.LegendDisplayMode.TABLE)
            .placement(shapes.LegendPlacement.BOTTOM)
            .show_legend(True)
            .calcs(["lastNotNull", "max"])
        )
        .tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI).sort(shapes.SortOrder.DESCENDING))
    )
    for number, (query, legend) in enumerate(drawn):
        panel = panel.with_target(_target(number, query, legend))
    return panel


def number(title: str, unit: str, query: str, legend: str, *, about: str = "", width: int = 6) -> stat.Panel:
    """Return a panel of one figure."""
    return (
        stat.Panel()
        .title(title)
        .description(about)
        .datasource(SOURCE)
        .unit(unit)
        .height(4)
        .span(width)
        .with_target(_target(0, query, legend))
    )


def _target(position: int, query: str, legend: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().expr(query).legend_format(legend).ref_id(chr(ord("A") + position))


def frame(name: str, about: str, rows: dict[str, list[timeseries.Panel | stat.Panel]]) -> builders.Dashboard:
    """Return a dashboard of rows, with its variables, the deploys as annotations, and what its figures are worth."""
    made = (
        builders.Dashboard(f"Todo: {name}")
        .uid(f"todo-{name.lower()}")
        .description(about)
        .tags(["todo"])
        .refresh("30s")
        .time("now-3h", "now")
        .timezone("utc")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .link(builders.DashboardLink("Todo").type(models.DashboardLinkType.DASHBOARDS).tags(["todo"]).as_dropdown(True))
        .with_variable(builders.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(
            builders.QueryVariable("environment")
            .label("Environment")
            .datasource(SOURCE)
            .query("label_values(todo_build_info, environment)")
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
