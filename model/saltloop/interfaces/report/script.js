"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const select = document.getElementById("view");
  const residue = document.getElementById("residue");
  const fontFamily = '"Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei","PingFang SC",sans-serif';
  const config = { displayModeBar: false, responsive: false };
  const narrow = 640;

  const side = () => (root.lang === "en" ? 0 : 1);
  const chosen = () => data.views.find((view) => select && view.key === select.value) || data.views[0];

  /* Width of a text in pixels: a Chinese sign is as wide as the type is high, a Latin letter about half. */
  const textWidth = (text, size) => [...text].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e7f ? 1 : 0.56), 0) * size;

  function shortened(text, size, room) {
    if (textWidth(text, size) <= room) return text;
    let kept = text;
    while (kept.length > 1 && textWidth(kept + "…", size) > room) kept = kept.slice(0, -1);
    return kept.trimEnd() + "…";
  }

  function drawFlows(width) {
    const view = chosen();
    const box = document.getElementById("sankey");
    if (!view || !box) return Promise.resolve();
    const i = side();
    const isNarrow = width < narrow;
    const size = isNarrow ? 10 : 12.5;
    const room = isNarrow ? width * 0.32 : 290;
    const largest = Math.max(...view.nodes.map((node) => node.size));
    const labels = view.nodes.map((node) => {
      if (isNarrow) return node.title[i].split(/, |·/).map((part) => shortened(part, size, room)).join("<br>");
      const title = shortened(node.title[i], size, room);
      return node.isThrough && node.size > largest * 0.08 ? title + "<br>" + node.sums[i] : title + "  " + node.amount[i];
    });
    const trace = {
      type: "sankey", orientation: "h", arrangement: "snap",
      node: {
        label: labels, color: view.nodes.map((node) => node.colour), pad: isNarrow ? 14 : 24, thickness: isNarrow ? 9 : 14, line: { width: 0 },
        customdata: view.nodes.map((node) => "<b>" + node.title[i] + "</b><br>" + node.sums[i]), hovertemplate: "%{customdata}<extra></extra>",
      },
      link: {
        source: view.links.map((link) => link.source), target: view.links.map((link) => link.sink), value: view.links.map((link) => link.value),
        color: view.links.map((link) => link.colour), customdata: view.links.map((link) => link.hover[i]), hovertemplate: "%{customdata}<extra></extra>",
      },
    };
    const height = Math.max(isNarrow ? 560 : 520, view.nodes.length * (isNarrow ? 34 : 40));
    return Plotly.react(box, [trace], {
      width, height, margin: { l: 4, r: 4, t: 12, b: 12 }, font: { family: fontFamily, size, color: "#1c2733" }, paper_bgcolor: "#fff",
      hoverlabel: { align: "left", font: { family: fontFamily, size: 13 } },
    }, config);
  }

  /* A window of degrees whose shape is that of the picture: one degree of longitude is cos(latitude) as long as one of latitude. */
  function windowOf(sites, width, isNarrow) {
    const lats = sites.map((site) => site.at[0]);
    const lons = sites.map((site) => site.at[1]);
    const middle = (Math.min(...lats) + Math.max(...lats)) / 2;
    const shrink = Math.cos((middle * Math.PI) / 180);
    const high = Math.max(Math.max(...lats) - Math.min(...lats), 0.4) * 1.3;
    const wide = Math.max((Math.max(...lons) - Math.min(...lons)) * shrink, 0.4) * (isNarrow ? 1.25 : 1.18);
    const height = Math.min(Math.max((width * high) / wide, isNarrow ? 300 : 380), 640);
    const perPixel = Math.max(high / height, wide / width);
    const centre = (Math.min(...lons) + Math.max(...lons)) / 2;
    return {
      height, perPixel, shrink,
      lat: [middle - (perPixel * height) / 2, middle + (perPixel * height) / 2],
      lon: [centre - (perPixel * width) / 2 / shrink, centre + (perPixel * width) / 2 / shrink],
    };
  }

  /* Where each name goes so that no name covers another or a park; a name without room is left to the pointer. */
  function placeNames(sites, frame, width, size) {
    const pixel = (at) => [(at[1] - frame.lon[0]) * frame.shrink / frame.perPixel, (frame.lat[1] - at[0]) / frame.perPixel];
    const taken = sites.map((site) => { const [x, y] = pixel(site.at); const r = site.size / 2; return [x - r, y - r, x + r, y + r]; });
    const isFree = (box) => box[0] > 2 && box[2] < width - 2 && box[1] > 2 && box[3] < frame.height - 2 &&
      taken.every((other) => box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3]);
    return sites.map((site) => {
      const [x, y] = pixel(site.at);
      const r = site.size / 2 + 3;
      const w = textWidth(site.title[side()], size);
      const h = size * 1.25;
      const candidates = {
        "top center": [x - w / 2, y - r - h, x + w / 2, y - r], "bottom center": [x - w / 2, y + r, x + w / 2, y + r + h],
        "middle right": [x + r, y - h / 2, x + r + w, y + h / 2], "middle left": [x - r - w, y - h / 2, x - r, y + h / 2],
        "top right": [x + r * 0.6, y - r - h, x + r * 0.6 + w, y - r * 0.6], "bottom right": [x + r * 0.6, y + r * 0.6, x + r * 0.6 + w, y + r + h],
        "top left": [x - r * 0.6 - w, y - r - h, x - r * 0.6, y - r * 0.6], "bottom left": [x - r * 0.6 - w, y + r * 0.6, x - r * 0.6, y + r + h],
      };
      const found = Object.entries(candidates).find(([, box]) => isFree(box));
      if (!found) return null;
      taken.push(found[1]);
      return found[0];
    });
  }

  /* A link bends to its right, so that the two ways between a pair of parks lie apart. */
  function bent(from, to, shrink, isMass) {
    const dx = (to[1] - from[1]) * shrink;
    const dy = to[0] - from[0];
    const points = [];
    for (let step = 0; step <= 12; step += 1) {
      const t = step / 12;
      const away = (isMass ? 0.32 : 0.56) * t * (1 - t);
      points.push([from[0] + dy * t - dx * away, from[1] + (dx * t + dy * away) / shrink]);
    }
    return points;
  }

  function linkTraces(frame, isNarrow) {
    const i = side();
    const shrunk = isNarrow ? 0.55 : 1;
    return data.atlas.links.map((link) => {
      const points = bent(link.from, link.to, frame.shrink, link.isMass);
      const colour = link.isMass ? "rgba(53,101,150,0.62)" : "rgba(196,136,24,0.75)";
      const middle = 6;
      return {
        type: "scatter", mode: "lines+markers", x: points.map((p) => p[1]), y: points.map((p) => p[0]), hoverinfo: "skip",
        line: { width: link.width * shrunk * (link.isMass ? 1 : 0.5), color: colour, dash: link.isMass ? "solid" : "dash" },
        marker: { symbol: "arrow", angleref: "previous", color: link.isMass ? "#274b70" : "#8a5c00", size: points.map((_, n) => (n === middle ? (9 + link.width * 0.5) * shrunk : 0)), opacity: 1, line: { width: 0 } },
      };
    }).concat([{
      type: "scatter", mode: "markers", x: data.atlas.links.map((link) => bent(link.from, link.to, frame.shrink, link.isMass)[6][1]),
      y: data.atlas.links.map((link) => bent(link.from, link.to, frame.shrink, link.isMass)[6][0]), marker: { size: 18, color: "rgba(0,0,0,0)" },
      customdata: data.atlas.links.map((link) => link.hover[i]), hovertemplate: "%{customdata}<extra></extra>",
    }]);
  }

  function scaleBar(frame, width) {
    const perPixelKm = frame.perPixel * 111.2;
    const km = [500, 200, 100, 50, 20, 10, 5].find((length) => length / perPixelKm < width * 0.25) || 2;
    const left = frame.lon[0] + (14 * frame.perPixel) / frame.shrink;
    const right = left + km / 111.2 / frame.shrink;
    const low = frame.lat[0] + 16 * frame.perPixel;
    return {
      shapes: [{ type: "line", x0: left, x1: right, y0: low, y1: low, line: { color: "#1c2733", width: 2 } }],
      annotations: [{ x: (left + right) / 2, y: low, text: km + " km", showarrow: false, yshift: 10, font: { size: 11 } }],
    };
  }

  function drawAtlas(width) {
    const box = document.getElementById("atlas");
    const sites = data.atlas.sites;
    if (!box || !sites.length) return Promise.resolve();
    const i = side();
    const isNarrow = width < narrow;
    const size = isNarrow ? 10.5 : 13;
    const frame = windowOf(sites, width, isNarrow);
    const positions = placeNames(sites, frame, width, size);
    const scale = scaleBar(frame, width);
    const parks = {
      type: "scatter", mode: "markers+text", x: sites.map((site) => site.at[1]), y: sites.map((site) => site.at[0]),
      text: sites.map((site, n) => (positions[n] ? site.title[i] : "")), textposition: positions.map((place) => place || "top center"), textfont: { size, shadow: "0 0 3px #fff, 0 0 3px #fff, 0 0 3px #fff" },
      marker: { size: sites.map((site) => site.size * (isNarrow ? 0.75 : 1)), color: sites.map((site) => (site.sales > 0 ? "#b5493b" : "#7d8894")), opacity: 0.88, line: { color: "#fff", width: 1.5 } },
      customdata: sites.map((site) => site.hover[i]), hovertemplate: "%{customdata}<extra></extra>",
    };
    const axis = { zeroline: false, gridcolor: "#e3e9ef", fixedrange: true, tickfont: { size: 11, color: "#55626f" }, nticks: isNarrow ? 4 : 8, ticks: "inside", showline: true, linecolor: "#c3ccd6", mirror: true };
    return Plotly.react(box, linkTraces(frame, isNarrow).concat([parks]), {
      width, height: frame.height, margin: { l: 0, r: 0, t: 0, b: 0 }, showlegend: false, paper_bgcolor: "#fff", plot_bgcolor: "#f7f9fb",
      font: { family: fontFamily, size: 13, color: "#1c2733" }, hovermode: "closest", dragmode: false,
      hoverlabel: { align: "left", font: { family: fontFamily, size: 13 } },
      xaxis: { ...axis, range: frame.lon, ticksuffix: "°E", ticklabelposition: "inside" }, yaxis: { ...axis, range: frame.lat, ticksuffix: "°N", ticklabelposition: "inside" },
      shapes: scale.shapes, annotations: scale.annotations,
    }, config);
  }

  function drawValues(width) {
    const box = document.getElementById("values");
    if (!box || !data.values.length) return Promise.resolve();
    const view = data.values.find((each) => residue && each.key === residue.value) || data.values[0];
    const i = side();
    const isNarrow = width < narrow;
    const size = isNarrow ? 10.5 : 13;
    const places = data.atlas.sites.length ? data.atlas.sites : view.sites;
    const frame = windowOf(places, width, isNarrow);
    const scale = scaleBar(frame, width);
    const named = view.sites.map((site) => ({ ...site, title: site.title.map((title, n) => title + " " + site.worth[n]) }));
    const positions = placeNames(named, frame, width, size);
    const others = {
      type: "scatter", mode: "markers", x: places.map((site) => site.at[1]), y: places.map((site) => site.at[0]), hoverinfo: "skip",
      marker: { size: 5, color: "#c3ccd6" },
    };
    const parks = {
      type: "scatter", mode: "markers+text", x: view.sites.map((site) => site.at[1]), y: view.sites.map((site) => site.at[0]),
      text: named.map((site, n) => (positions[n] ? site.title[i] : "")), textposition: positions.map((place) => place || "top center"), textfont: { size, shadow: "0 0 3px #fff, 0 0 3px #fff, 0 0 3px #fff" },
      marker: { size: view.sites.map((site) => site.size * (isNarrow ? 0.75 : 1)), color: view.sites.map((site) => (site.isWorth ? "#268c52" : "#b05428")), opacity: 0.85, line: { color: "#fff", width: 1.5 } },
      customdata: view.sites.map((site) => site.hover[i]), hovertemplate: "%{customdata}<extra></extra>",
    };
    const axis = { zeroline: false, gridcolor: "#e3e9ef", fixedrange: true, tickfont: { size: 11, color: "#55626f" }, nticks: isNarrow ? 4 : 8, ticks: "inside", showline: true, linecolor: "#c3ccd6", mirror: true };
    return Plotly.react(box, [others, parks], {
      width, height: frame.height, margin: { l: 0, r: 0, t: 0, b: 0 }, showlegend: false, paper_bgcolor: "#fff", plot_bgcolor: "#f7f9fb",
      font: { family: fontFamily, size: 13, color: "#1c2733" }, hovermode: "closest", dragmode: false,
      hoverlabel: { align: "left", font: { family: fontFamily, size: 13 } },
      xaxis: { ...axis, range: frame.lon, ticksuffix: "°E", ticklabelposition: "inside" }, yaxis: { ...axis, range: frame.lat, ticksuffix: "°N", ticklabelposition: "inside" },
      shapes: scale.shapes, annotations: scale.annotations,
    }, config);
  }

  function draw() {
    const room = document.querySelector("main section").clientWidth;
    return Promise.all([drawFlows(room), drawAtlas(room), drawValues(room)]);
  }

  function speak(language) {
    root.lang = language;
    document.title = data.title[side()];
    if (select) {
      const held = select.value;
      select.replaceChildren(...data.views.map((view) => new Option(view.title[side()], view.key)));
      if (held) select.value = held;
    }
    if (residue) {
      const held = residue.value;
      residue.replaceChildren(...data.values.map((each) => new Option(each.title[side()], each.key)));
      if (held) residue.value = held;
    }
    return draw();
  }

  if (residue) residue.addEventListener("change", () => drawValues(document.querySelector("main section").clientWidth));
  document.getElementById("language").addEventListener("click", () => speak(root.lang === "en" ? "zh-CN" : "en"));
  if (select) select.addEventListener("change", () => {
    document.querySelectorAll("[data-view]").forEach((block) => { block.hidden = block.dataset.view !== select.value; });
    drawFlows(document.querySelector("main section").clientWidth);
  });
  document.querySelectorAll(".unfold button").forEach((button) => button.addEventListener("click", () => {
    const more = document.getElementById(button.getAttribute("aria-controls"));
    more.hidden = !more.hidden;
    button.setAttribute("aria-expanded", String(!more.hidden));
  }));
  document.querySelectorAll(".save").forEach((button) => button.addEventListener("click", () => {
    const box = document.getElementById(button.dataset.chart);
    Plotly.downloadImage(box, { format: "png", scale: 2, filename: button.dataset.chart, width: box.clientWidth, height: box.clientHeight });
  }));
  let waiting;
  let drawnAt = 0;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { if (window.innerWidth !== drawnAt) { drawnAt = window.innerWidth; draw(); } }, 150);
  });
  /* On paper the pictures are made smaller as they stand: drawing them anew would not be done in time. */
  const paper = 680;
  const charts = () => [...document.querySelectorAll(".chart")].filter((box) => box.firstElementChild);
  window.addEventListener("beforeprint", () => charts().forEach((box) => { box.firstElementChild.style.zoom = Math.min(1, paper / box.clientWidth); }));
  window.addEventListener("afterprint", () => charts().forEach((box) => { box.firstElementChild.style.zoom = ""; }));
  drawnAt = window.innerWidth;
  speak(root.lang).then(() => { root.dataset.drawn = "yes"; });
})();
