// The web panels. Each is one element that outlives navigation; its iframe gets a new address only if the URL that the
// template variables give differs from the one it has, when it is shown.

/** Area (card, archive, side, navigator) to the id of the panel chosen there; "" is the card's own content. Tiles of a
 *  dashboard are not chosen: all of them are shown. */
const chosen = { card: "", archive: "", navigator: "", side: sessionStorage.getItem("side") ?? null };

/** Shows a panel in its area, or the area's own content for "". */
export function choose(area, id) {
  chosen[area] = id;
  if (area === "side") sessionStorage.setItem("side", id);
  arrange();
}

/** Shows what is chosen and loads what is shown; `moved` when the current record may be another one now. */
export function arrange({ moved = false } = {}) {
  for (const area of Object.keys(chosen)) {
    const id = shown(area);
    for (const panel of all(area)) show(panel, panel.dataset.panelId === id, moved);
    mark(area, id);
  }
  for (const tile of all("tile")) show(tile, true, moved);
  for (const part of document.querySelectorAll("[data-side]")) part.hidden = part.dataset.side !== shown("side");
  document.body.classList.toggle("card-panel", shown("card") !== "");
  document.body.classList.toggle("archive-panel", shown("archive") !== "");
  document.body.classList.toggle("full-panel", shown("navigator") !== "");
}

function all(area) {
  return document.querySelectorAll(`[data-panels="${area}"] > .panel`);
}

function shown(area) {
  const there = (id) => id && document.getElementById(`panel-${id}`)?.parentElement.dataset.panels === area;
  if (area !== "side") return there(chosen[area]) ? chosen[area] : "";
  const own = ["month", "preview"];
  const wanted = chosen.side ?? document.getElementById("side").dataset.first;
  return there(wanted) || own.includes(wanted) ? wanted : "month";
}

function mark(area, id) {
  for (const tab of document.querySelectorAll(`[data-area="${area}"]`)) {
    const on = id ? tab.dataset.panel === id : "own" in tab.dataset;
    tab.setAttribute(tab.getAttribute("role") === "tab" ? "aria-selected" : "aria-pressed", String(on));
  }
}

function show(panel, visible, moved) {
  const opens = visible && panel.hidden;
  panel.hidden = !visible;
  if (visible) visit(panel, opens, moved);
}

function visit(panel, opens, moved) {
  const { url, alwaysReload, neverReload } = panel.dataset;
  const frame = panel.querySelector("iframe");
  if (!frame) return void panel.append(newFrame(panel));
  const differs = panel.dataset.loaded !== url && neverReload === undefined;
  if (differs || (alwaysReload !== undefined && (opens || moved))) {
    panel.dataset.loaded = url;
    // Not `src`: that would leave an entry in the history, and "back" would go back inside the panel only.
    frame.contentWindow.location.replace(url);
  }
}

function newFrame(panel) {
  const frame = document.createElement("iframe");
  frame.name = panel.dataset.windowName;
  frame.title = panel.dataset.title;
  frame.allow = "clipboard-write; fullscreen";
  if (/^https?:\/\//i.test(panel.dataset.url)) frame.src = panel.dataset.url;
  panel.dataset.loaded = panel.dataset.url;
  return frame;
}

/** Takes over the panels of a fetched page: new URLs, new and gone panels. */
export function reconcile(page) {
  for (const home of document.querySelectorAll("[data-panels]")) {
    const fresh = [...page.getElementById(home.id).children];
    const ids = new Set(fresh.map((panel) => panel.id));
    for (const panel of [...home.children]) if (!ids.has(panel.id)) panel.remove();
    for (const panel of fresh) takeOver(home, panel);
  }
  const [side, next] = [document.getElementById("side"), page.getElementById("side")];
  const moved = side.dataset.record !== next.dataset.record;
  Object.assign(side.dataset, { first: next.dataset.first, record: next.dataset.record });
  arrange({ moved });
}

function takeOver(home, fresh) {
  const living = document.getElementById(fresh.id);
  if (!living) return void home.append(fresh);
  living.dataset.url = fresh.dataset.url;
  living.querySelector(".open-separate").href = fresh.dataset.url;
}

/** Whether a message comes from one of the iframes here. */
export function hosts(source) {
  return [...document.querySelectorAll(".panel > iframe")].some((frame) => frame.contentWindow === source);
}
