// The map of all areas: outlines from our own tiles, five colours, no ground below and nothing from another host.
// It comes after the page is read; the table beside it says the same without it.
import { addProtocol, Map as GroundMap, NavigationControl, setWorkerUrl } from "maplibre-gl";
import { PMTiles, Protocol } from "pmtiles";

const LAYER = "areas";
const NONE = "x", FADED = "-";

const protocol = new Protocol();
addProtocol("pmtiles", protocol.tile);

/** Return the colours of the page as it is now: by day or by night. */
function palette() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    ramp: [1, 2, 3, 4, 5].map((step) => read(`--hg-ramp-${step}`)),
    ground: read("--hg-surface"), line: read("--hg-4"), left: read("--hg-3"),
    text: getComputedStyle(document.body).color,
  };
}

/** Return a striped picture: areas without a figure must not look like any step. */
function stripes(colour) {
  const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
  const pen = canvas.getContext("2d");
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5;
  for (const shift of [-8, 0, 8]) {
    pen.beginPath();
    pen.moveTo(shift, 8);
    pen.lineTo(shift + 8, 0);
    pen.stroke();
  }
  return pen.getImageData(0, 0, 8, 8);
}

const step = ["feature-state", "step"];
const inSight = ["case", ["==", step, 0], 0.12, 1];

/** Return a line's opacity: from afar thousands of small outlines would hide the colours, so they come with nearness. */
const near = (finest) => ["interpolate", ["linear"], ["zoom"], finest - 5, 0, finest - 2, inSight];

function colours(paints) {
  return ["match", ["coalesce", step, 0], 1, paints.ramp[0], 2, paints.ramp[1], 3, paints.ramp[2], 4, paints.ramp[3], 5, paints.ramp[4], paints.ground];
}

function layers(paints, finest) {
  const width = (thin, thick) => ["interpolate", ["linear"], ["zoom"], 5, thin, 11, thick];
  const line = (id, colour, size, more = {}) => ({
    id, type: "line", source: LAYER, "source-layer": LAYER, layout: { "line-join": "round" },
    paint: { "line-color": colour, "line-width": size, ...more.paint }, ...(more.filter ? { filter: more.filter } : {}),
  });
  return [
    { id: "ground", type: "background", paint: { "background-color": paints.ground } },
    { id: "fill", type: "fill", source: LAYER, "source-layer": LAYER, paint: { "fill-color": colours(paints), "fill-antialias": false } },
    line("edge", paints.line, width(0.1, 0.8), { paint: { "line-opacity": near(finest) } }),
    line("other", paints.text, width(0.6, 2), { filter: ["==", ["get", "group"], "other-deprived"], paint: { "line-dasharray": [2, 2], "line-opacity": near(finest) } }),
    line("left", paints.left, width(1, 3.5), { filter: ["==", ["get", "group"], "left-behind"], paint: { "line-opacity": inSight } }),
    line("chosen", paints.text, 4, { filter: ["==", ["get", "code"], ""] }),
  ];
}

/** Return a letter for each area; '' where the map has lines only. */
async function stepsOf(address) {
  if (!address) return "";
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`the colours came with ${answer.status}`);
  return (await answer.json()).steps;
}

async function draw(place) {
  const given = place.dataset;
  setWorkerUrl(new URL(given.worker, location.href).href);
  const archive = new PMTiles(new URL(given.tiles, location.href).href);
  protocol.add(archive);
  const [header, steps] = await Promise.all([archive.getHeader(), stepsOf(given.colours)]);
  const bounds = given.frame ? given.frame.split(",").map(Number) : [header.minLon, header.minLat, header.maxLon, header.maxLat];
  const map = new GroundMap({
    container: place.querySelector("[data-canvas]"),
    style: {
      version: 8,
      sources: { [LAYER]: { type: "vector", url: `pmtiles://${archive.source.getKey()}`, promoteId: { [LAYER]: "row" } } },
      layers: layers(palette(), header.maxZoom),
    },
    bounds, fitBoundsOptions: { padding: 16 }, attributionControl: false, dragRotate: false, pitchWithRotate: false,
    touchPitch: false, cooperativeGestures: false, maxZoom: 15, renderWorldCopies: false, fadeDuration: 0,
  });
  map.touchZoomRotate.disableRotation();
  map.scrollZoom.disable(); // the wheel scrolls the page; the buttons and two fingers zoom
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  await new Promise((ready) => { map.once("load", ready); });
  const none = [];
  for (let row = 0; row < steps.length; row += 1) {
    if (steps[row] === NONE) none.push(row);
    const value = steps[row] === FADED ? 0 : Number(steps[row]) || 6; // 6: it fits, and has no figure
    map.setFeatureState({ source: LAYER, sourceLayer: LAYER, id: row }, { step: value });
  }
  map.addImage("stripes", stripes(palette().line));
  const filter = ["in", ["get", "row"], ["literal", none]];
  map.addLayer({ id: "none", type: "fill", source: LAYER, "source-layer": LAYER, filter, paint: { "fill-pattern": "stripes" } }, "edge");
  speak(map, place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => recolour(map, header.maxZoom));
  map.getCanvas().setAttribute("tabindex", "-1"); // the table is the map for a keyboard
  place.dataset.drawn = "";
}

function recolour(map, finest) {
  const paints = palette();
  for (const layer of layers(paints, finest)) {
    for (const [name, value] of Object.entries(layer.paint)) map.setPaintProperty(layer.id, name, value);
  }
  if (map.hasImage("stripes")) map.updateImage("stripes", stripes(paints.line));
}

/** Say the name of the area that is pointed at, and lead to its page. */
function speak(map, place) {
  const said = place.querySelector("[data-said]");
  const hovers = matchMedia("(hover: hover)").matches;
  const address = (code) => place.dataset.place.replace("CODE", encodeURIComponent(code));
  const tell = ({ name, code }, withLink) => {
    said.textContent = withLink ? `${name}. ` : name;
    map.setFilter("chosen", ["==", ["get", "code"], code]);
    if (!withLink) return;
    const link = Object.assign(document.createElement("a"), { className: "govuk-link hg-target", href: address(code), textContent: place.dataset.open });
    said.append(link);
  };
  if (hovers) {
    said.removeAttribute("aria-live"); // pointing is for those who see it
    map.on("mousemove", "fill", (event) => {
      map.getCanvas().style.cursor = "pointer";
      tell(event.features[0].properties, false);
    });
    map.on("mouseleave", "fill", () => { map.getCanvas().style.cursor = ""; });
  }
  map.on("click", "fill", (event) => {
    const found = event.features[0].properties;
    if (hovers) location.href = address(found.code);
    else tell(found, true); // a thumb may miss: it gets a link first
  });
}

/** Draw the map of a place on the page; when it cannot be drawn, say so and leave the table. */
export async function start(place) {
  try {
    await draw(place);
  } catch {
    place.querySelector("[data-canvas]").hidden = true;
    place.querySelector("[data-said]").textContent = place.dataset.failed;
  }
}
