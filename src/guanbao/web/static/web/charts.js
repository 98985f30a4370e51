// Pictures of figures: `data-chart` names the kind, `data-from` the element that holds the data. On canvas.
const charts = new Map();

function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--tblr-${name}`).trim();
  return { text: of("body-color"), soft: of("secondary"), line: of("border-color"), main: of("primary"), good: of("green"), bad: of("red"), none: of("border-color"), surface: of("bg-surface") };
}

function frame(colour) {
  return { animation: false, textStyle: { color: colour.text, fontFamily: getComputedStyle(document.body).fontFamily }, tooltip: { trigger: "item", renderMode: "richText" } };
}

const kinds = {
  trend(data, colour, choice) {
    const line = data.lines[choice];
    const drawn = line.points.map((point) => point.value).filter((value) => value !== null).concat(line.target);
    const margin = (Math.max(...drawn) - Math.min(...drawn)) * 0.15 || 1;
    const bound = (value) => Number(value.toPrecision(3));
    return {
      ...frame(colour),
      grid: { left: 56, right: 24, top: 16, bottom: 28 },
      xAxis: { type: "category", data: data.months, axisLine: { lineStyle: { color: colour.line } }, axisLabel: { color: colour.soft } },
      yAxis: { type: "value", min: bound(Math.max(0, Math.min(...drawn) - margin)), max: bound(Math.max(...drawn) + margin), splitLine: { lineStyle: { color: colour.line } }, axisLabel: { color: colour.soft, formatter: (value) => `${value}${line.unit}` } },
      tooltip: { renderMode: "richText", formatter: (at) => `${data.months[at.dataIndex]}  ${line.points[at.dataIndex].told}` },
      series: [{
        type: "line", symbolSize: 9, lineStyle: { color: colour.main },
        data: line.points.map((point) => ({ value: point.value, itemStyle: { color: point.good === false ? colour.bad : colour.main } })),
        markLine: { symbol: "none", silent: true, label: { show: true, position: "insideEndTop", formatter: line.told, color: colour.soft }, lineStyle: { color: colour.soft, type: "dashed" }, data: [{ yAxis: line.target }] },
      }],
      opens: (at) => line.points[at.dataIndex].opens,
    };
  },
  bars(data, colour) {
    return {
      ...frame(colour),
      grid: { left: 88, right: 24, top: 16, bottom: 28 },
      xAxis: { type: "category", data: data.names, axisLine: { lineStyle: { color: colour.line } }, axisLabel: { color: colour.soft } },
      yAxis: { type: "value", splitLine: { lineStyle: { color: colour.line } }, axisLabel: { color: colour.soft } },
      tooltip: { renderMode: "richText", formatter: (at) => `${at.name}  ${at.value} ${data.unit}` },
      series: [{ type: "bar", barMaxWidth: 48, itemStyle: { color: colour.main }, data: data.values }],
    };
  },
  ranks(data, colour) {
    return {
      ...frame(colour),
      grid: { left: 132, right: 24, top: 4, bottom: 24 },
      xAxis: { type: "value", splitNumber: 4, max: (range) => Math.min(100, Math.ceil(range.max / 10) * 10), splitLine: { lineStyle: { color: colour.line } }, axisLabel: { color: colour.soft, formatter: `{value}${data.unit}` } },
      yAxis: { type: "category", data: data.names, inverse: true, axisTick: { show: false }, axisLine: { lineStyle: { color: colour.line } }, axisLabel: { color: colour.text, width: 120, overflow: "truncate" } },
      tooltip: { renderMode: "richText", formatter: (at) => `${at.name}  ${at.value} ${data.unit}` },
      series: [{ type: "bar", barMaxWidth: 18, itemStyle: { color: colour.main }, data: data.values }],
      opens: (at) => data.opens[at.dataIndex],
    };
  },
  shares(data, colour) {
    return {
      ...frame(colour),
      tooltip: { renderMode: "richText", formatter: (at) => `${at.name}  ${at.percent} %` },
      series: [{ type: "pie", radius: ["40%", "72%"], label: { color: colour.text, formatter: "{b}  {d} %" }, itemStyle: { borderColor: colour.surface, borderWidth: 2 }, data: data.parts }],
    };
  },
  lines(data, colour) {
    return {
      ...frame(colour),
      grid: { left: 72, right: 24, top: 32, bottom: 28 },
      legend: { top: 0, textStyle: { color: colour.text } },
      xAxis: { type: "category", data: data.names, axisLine: { lineStyle: { color: colour.line } }, axisLabel: { color: colour.soft } },
      yAxis: { type: "value", splitLine: { lineStyle: { color: colour.line } }, axisLabel: { color: colour.soft } },
      series: data.lines.map((line) => ({ type: "line", name: line.name, symbolSize: 8, data: line.values })),
    };
  },
  heat(data, colour) {
    const shade = [colour.bad, colour.good, colour.none];
    return {
      ...frame(colour),
      grid: { left: 140, right: 16, top: 8, bottom: 28 },
      xAxis: { type: "category", data: data.months, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: colour.soft } },
      yAxis: { type: "category", data: data.titles, inverse: true, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: colour.text, width: 130, overflow: "truncate" } },
      tooltip: { renderMode: "richText", formatter: (at) => `${data.titles[at.data.cell.y]}  ${data.months[at.data.cell.x]}  ${at.data.cell.told}  ${data.words[at.data.cell.state]}` },
      series: [{
        type: "heatmap",
        label: { show: true, color: colour.text, formatter: (at) => at.data.cell.label || "" },
        data: data.cells.map((cell) => ({ value: [cell.x, cell.y, cell.state], cell, itemStyle: { color: shade[cell.state], opacity: cell.state === 2 ? 0.6 : 0.75, borderColor: colour.surface, borderWidth: 4 } })),
      }],
      opens: (at) => at.data.cell.opens,
    };
  },
};

function draw(place) {
  const data = JSON.parse(document.getElementById(place.dataset.from).textContent);
  const choice = document.querySelector(`[data-chart-choice=${place.dataset.chart}]`);
  if (place.dataset.chart === "heat") place.style.height = `${48 + 34 * data.titles.length}px`;
  if (place.dataset.chart === "ranks") place.style.height = `${44 + 30 * data.names.length}px`;
  const chart = charts.get(place) || echarts.init(place, null, { renderer: "canvas" });
  charts.set(place, chart);
  const option = kinds[place.dataset.chart](data, colours(), choice ? Number(choice.value) : 0);
  chart.setOption(option, true);
  chart.off("click");
  chart.on("click", (at) => {
    const address = option.opens && option.opens(at);
    if (address) location.href = address;
  });
}

function draw_all() {
  document.querySelectorAll("[data-chart]").forEach(draw);
}

draw_all();
addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-chart-choice]")) draw_all();
});
new MutationObserver(draw_all).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
