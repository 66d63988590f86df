// The control page: shows what the sandbox does and passes on what the person asks of it.
// Everything comes from /__sandbox__/overview. A list is painted again when it changed, unless somebody is choosing in
// it; a button that had the focus has it afterwards.

const base = "/__sandbox__/";
const every = 1500;
const status = document.querySelector("[data-status]");
const failedOnly = document.querySelector("[data-failed-only]");
const painted = {};
/** What the person opened: a call's number or a delivery's place to what was said in it, null until that is known. */
const opened = { calls: new Map(), deliveries: new Map() };
let refusal = "";
let latest = null;

async function send(method, path, body) {
  const response = await fetch(base + path, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

async function order(method, path, body) {
  try {
    await send(method, path, body);
    refusal = "";
  } catch (error) {
    // It stays until something else is asked and works.
    refusal = `That did not work: ${error.message}`;
  }
  await refresh(true);
}

function say(text, bad = false) {
  status.textContent = text;
  status.classList.toggle("problem", bad);
}

async function refresh(used = false) {
  let all;
  try {
    all = await send("GET", "overview");
  } catch (error) {
    say(`The sandbox does not answer: ${error.message}`, true);
    return;
  }
  latest = all;
  counts(all);
  say(refusal || `Live · ${many(all.called, "call")} remembered, the newest ${all.calls.length} below · ${failures(all)}`, Boolean(refusal));
  document.querySelector("[data-now]").textContent = when(Date.parse(all.now) / 1000, true);
  document.querySelector("[data-offset]").textContent = offset(all.offset);
  for (const name of Object.keys(lists)) list(name, used);
  const switches = { login: all.login, netserver: all.netserver, clients: all.clients };
  show("switches", document.querySelector("[data-switches]"), switches, () => switchboard(switches), used);
}

function list(name, used = false) {
  const rows = name === "calls" && failedOnly.checked ? latest.failed : latest[name];
  const shown = [rows, [...(opened[name] ?? [])]];
  show(name, document.querySelector(`[data-list=${name}]`), shown, () => lists[name](rows), used);
}

function show(name, place, value, paint, used) {
  const text = JSON.stringify(value);
  const active = place.contains(document.activeElement) ? document.activeElement : null;
  if (painted[name] === text || (!used && active?.matches("select, input"))) return;
  painted[name] = text;
  const key = active?.dataset.key;
  place.replaceChildren(paint());
  if (key) place.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

function counts(all) {
  const troubled = all.webhooks.filter((one) => one.state === "TooManyErrors" || one.consecutive_errors).length;
  const away = all.tenants.filter((one) => !one.running || one.revoked).length;
  const told = {
    calls: [all.called, all.failed.length && `${all.failed.length} failed`],
    faults: [all.faults.length, ""],
    webhooks: [all.webhooks.length, troubled && `${troubled} in trouble`],
    tokens: [all.tokens.filter(alive).length, ""],
    tenants: [all.tenants.length, away && `${away} away`],
    clock: ["", Math.abs(all.offset) < 1 ? "" : "moved"],
  };
  for (const [name, [number, trouble]] of Object.entries(told)) {
    const parts = [String(number), trouble ? element("span", { className: "bad" }, trouble) : ""];
    show(`count ${name}`, document.querySelector(`[data-count=${name}]`), told[name], () => element("span", {}, parts[0], parts[1] ? " " : "", parts[1]), true);
  }
}

// Words

function when(seconds, full = false) {
  const text = new Date(seconds * 1000).toISOString().replace("T", " ");
  return full ? `${text.slice(0, 19)} UTC` : text.slice(11, 19);
}

function offset(seconds) {
  if (Math.abs(seconds) < 1) return "(the machine's)";
  return `(${seconds > 0 ? "ahead" : "behind"} by ${span(Math.abs(seconds))})`;
}

function span(seconds) {
  const units = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const found = units.findIndex(([, size]) => seconds >= size);
  const [unit, size] = units[found < 0 ? 3 : found];
  const many = seconds / size;
  return `${many < 10 ? Math.round(many * 10) / 10 : Math.round(many)} ${unit}`;
}

function lifetime(seconds) {
  if (seconds === null) return "until revoked";
  return seconds > 0 ? `in ${span(seconds)}` : "expired";
}

function many(number, what) {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function failures(all) {
  return all.failed.length ? `${many(all.failed.length, "failure")}` : "none failed";
}

function alive(token) {
  return token.seconds === null || token.seconds > 0;
}

// Elements

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function button(text, act, className = "", key = "") {
  const made = element("button", { type: "button", className, onclick: act }, text);
  if (key) made.dataset.key = key;
  return made;
}

/** The button that opens and closes what was said; `load` gets it. */
function more(name, key, what, load) {
  const kept = opened[name];
  const made = button(kept.has(key) ? "Close" : "Details", async () => {
    if (kept.delete(key)) return list(name, true);
    kept.set(key, null);
    try {
      kept.set(key, await load());
    } catch (error) {
      kept.set(key, { trouble: error.message });
    }
    list(name, true);
  }, "more", `${name} ${key}`);
  made.setAttribute("aria-expanded", kept.has(key));
  made.setAttribute("aria-label", `${kept.has(key) ? "Close" : "Details of"} ${what}`);
  return made;
}

/** A row below another one that tells what was said, null while it is closed. */
function said(name, key, columns) {
  if (!opened[name].has(key)) return null;
  const told = opened[name].get(key);
  const parts = told?.trouble || !told ? [element("p", {}, told?.trouble ?? "Loading …")] : Object.entries(told).map(([name, one]) => message({ request: "Request", answer: "Answer" }[name], one));
  return element("tr", { className: "details" }, element("td", { colSpan: columns }, element("div", { className: "said" }, ...parts)));
}

function message(title, { headers, body }) {
  const lines = headers.flatMap(([header, value]) => [element("b", {}, `${header}: `), `${value}\n`]);
  const text = element("pre", { tabIndex: 0 }, ...lines, body ? `\n${body}` : element("b", {}, "\nno body"));
  text.setAttribute("role", "group");
  text.setAttribute("aria-label", title);
  return element("div", {}, element("h4", {}, title), text);
}

function choice(label, values, value, act) {
  const made = element("select", { onchange: () => act(made.value) }, ...values.map((one) => element("option", { value: one, selected: one === value }, one)));
  made.setAttribute("aria-label", label);
  return made;
}

/** Rows are arrays of cells; one that is an element already is taken as it is. On a narrow screen heads become labels. */
function table(heads, rows, nothing) {
  if (!rows.length) return element("p", { className: "muted" }, nothing);
  const cell = (content, number) => {
    const made = content instanceof HTMLTableCellElement ? content : element("td", {}, content ?? "");
    if (heads[number]) made.dataset.label = heads[number];
    return made;
  };
  const row = (one) => (one instanceof HTMLElement ? one : element("tr", {}, ...one.map(cell)));
  return element(
    "table",
    { className: "stacked" },
    element("thead", {}, element("tr", {}, ...heads.map((head) => (head ? element("th", { scope: "col" }, head) : element("td"))))),
    element("tbody", {}, ...rows.filter(Boolean).map(row)),
  );
}

function wrap(text, className = "") {
  return element("td", { className: `wrap ${className}` }, text);
}

function mark(text, good) {
  return element("td", { className: good ? "good" : "bad" }, String(text));
}

// Lists

const states = ["Running", "Suspended", "OfflineMaintenance", "OnlineMaintenance", "Deleting", "Deleted", "Provisioning", "ProvisioningFailed", "DeleteFailed", "MigrationPending", "Unknown"];

const lists = {
  tenants: (rows) =>
    table(
      ["Tenant", "State", "Host", "Authorization", ""],
      rows.map((one) => {
        const change = (body) => order("POST", `tenants/${one.ctx}`, body);
        const approved = one.approved_by ? `approved by ${one.approved_by}` : "approved";
        const authorization = one.revoked ? "revoked" : one.needs_reapproval ? "to be approved again" : one.approved ? approved : "not approved";
        return [
          element("td", {}, element("a", { href: `${one.url}/default.aspx` }, one.company_name), ` ${one.ctx}`),
          choice(`State of ${one.ctx}`, states, one.state, (state) => change({ state })),
          choice(`Host of ${one.ctx}`, ["online2", "app"], one.host, (move) => change({ move })),
          mark(authorization, one.approved && !one.revoked && !one.needs_reapproval),
          element(
            "div",
            { className: "buttons" },
            one.revoked ? button("Restore", () => change({ restore: true })) : button("Revoke", () => change({ revoke: true }), "danger"),
            one.revoked ? null : one.approved ? button("Withdraw consent", () => change({ consent: false })) : button("Consent", () => change({ consent: true })),
            one.approved && !one.needs_reapproval ? button("Demand re-approval", () => change({ needs_reapproval: true })) : null,
            button("Back up", () => change({ back_up: true })),
            button("Restore backup", () => change({ backup_restored: true })),
            button("Upgrade", () => change({ upgrade: next(one.release) })),
          ),
        ];
      }),
      "No tenants.",
    ),
  users: (rows) =>
    table(
      ["Tenant", "User", "Role", "Allows", "Denied besides"],
      rows.map((one) => {
        const names = one.roles.map(([, name]) => name);
        const now = one.roles.find(([id]) => id === one.role)[1];
        const give = (name) => order("POST", `tenants/${one.tenant}`, { roles: { [one.user]: one.roles.find(([, other]) => other === name)[0] } });
        return [one.tenant, one.email, choice(`Role of ${one.user} in ${one.tenant}`, names, now, give), wrap(one.about), wrap(one.denied.join(", "))];
      }),
      "Nobody.",
    ),
  faults: (rows) =>
    table(
      ["Path", "Tenant", "Method", "Trouble", "Times", ""],
      rows.map((one, number) => [
        one.path || "any",
        one.ctx || "any",
        one.method || "any",
        wrap(trouble(one)),
        one.count === null ? "always" : `${one.count} more`,
        button("Remove", () => order("DELETE", `faults/${number}`), "", `fault ${number}`),
      ]),
      "No faults: NetServer answers as well as it can.",
    ),
  webhooks: (rows) =>
    table(
      ["Webhook", "Events", "State", "Calls", "Errors", "In a row", "Last error", ""],
      rows.map((one) => [
        wrap(element("span", {}, `${one.name} `, element("small", { className: "muted" }, `${one.tenant}, ${one.id}, ${one.url}`))),
        wrap(one.events.join(", ")),
        mark(one.state, one.state === "Active"),
        String(one.total_calls),
        String(one.total_errors),
        String(one.consecutive_errors),
        wrap(one.last_error),
        switchOf(one),
      ]),
      "No application has made a webhook yet.",
    ),
  deliveries: (rows) => {
    const times = {};
    return table(
      ["Outcome", "Event", "To", "Attempts", "At", ""],
      rows.toReversed().map((one) => {
        // A duplicate has the same id: the order in which they were queued tells them apart.
        const id = `${one.webhook_id} ${one.event_id}`;
        times[id] = (times[id] ?? 0) + 1;
        return [one, `${id} ${times[id]}`];
      }).toReversed().flatMap(([one, key]) => [
        [
          mark(one.outcome || (one.attempts.length ? "tries again" : "waits"), one.outcome === "delivered" || !one.attempts.length),
          wrap(element("span", {}, `${one.event} `, element("small", { className: "muted" }, one.ctx))),
          wrap(one.url),
          wrap(attempts(one)),
          when(one.queued),
          element("div", { className: "buttons" }, more("deliveries", key, one.event, () => ({ request: { headers: one.headers, body: one.body } })), ...(one.webhook_id && one.outcome ? again(one, key) : [])),
        ],
        said("deliveries", key, 6),
      ]),
      "Nothing was sent yet.",
    );
  },
  tokens: (rows) =>
    table(
      ["Expires", "Kind", "Token", "User", "Application", ""],
      rows.toSorted((one, other) => alive(other) - alive(one)).map((one) => [
        mark(lifetime(one.seconds), alive(one)),
        one.kind,
        element("code", {}, one.token),
        element("span", {}, `${one.user} `, element("small", { className: "muted" }, one.tenant)),
        one.application,
        element(
          "div",
          { className: "buttons" },
          one.seconds !== null && alive(one) ? button("Expire", () => order("POST", `tokens/${one.id}`), "", `expire ${one.id}`) : null,
          button("Revoke", () => order("DELETE", `tokens/${one.id}`), "danger", `revoke ${one.id}`),
        ),
      ]),
      "Nobody has a token.",
    ),
  sessions: (rows) =>
    table(
      ["User", "At", ""],
      rows.map((one) => [
        one.user,
        one.where.join(", "),
        button(`Sign ${one.user} out`, () => order("DELETE", `sessions/${encodeURIComponent(one.user)}`), "", `session ${one.user}`),
      ]),
      "Nobody is signed in.",
    ),
  calls: (rows) =>
    table(
      ["Status", "Call", "User", "At", "ms", ""],
      rows.flatMap((one) => [
        [
          mark(one.status || "cut off", !one.why),
          wrap(element("span", {}, element("b", {}, one.method), ` ${one.path}${one.query ? `?${one.query}` : ""}`, one.why ? element("small", { className: "bad" }, one.why) : "")),
          element("span", {}, `${one.user} `, element("small", { className: "muted" }, one.tenant)),
          when(one.at),
          String(one.ms),
          more("calls", one.number, `${one.method} ${one.path}`, () => send("GET", `calls/${one.number}`)),
        ],
        said("calls", one.number, 6),
      ]),
      failedOnly.checked ? "No call has failed." : "Nobody has called yet.",
    ),
};

function attempts(delivery) {
  const made = delivery.attempts.map((attempt, number) => element("small", { className: attempt.status === 200 ? "good" : "bad" }, `${number + 1}. ${when(attempt.at)} ${attempt.error || attempt.status}`));
  return element("span", {}, ...made, delivery.outcome ? "" : element("small", { className: "muted" }, `next at ${when(delivery.due)}`));
}

function switchOf(webhook) {
  const state = webhook.state === "Active" ? "Stopped" : "Active";
  return button(state === "Active" ? "Start" : "Stop", () => order("POST", `tenants/${webhook.tenant}/webhooks/${webhook.id}`, { state }), "", `webhook ${webhook.tenant} ${webhook.id}`);
}

/** The build after this one: `Release_11.10_2026.02.24-02` becomes `Release_11.11_…`. */
function next(release) {
  return release.replace(/\d+(?=_)/, (minor) => Number(minor) + 1);
}

function again(delivery, key) {
  const repeat = (body) => order("POST", `deliveries/${delivery.event_id}`, body);
  return [button("Again", () => repeat({}), "", `again ${key}`), button("As new", () => repeat({ new_id: true }), "", `new ${key}`)];
}

function trouble(fault) {
  const parts = [
    fault.delay ? `waits ${fault.delay} s` : "",
    fault.drop ? `hangs up ${fault.drop} the work` : "",
    fault.status ? `answers ${fault.status}` : "",
    fault.retry_after ? `Retry-After: ${fault.retry_after}` : "",
  ];
  return parts.filter(Boolean).join(", ") || "none";
}

function switchboard({ login, netserver, clients }) {
  const box = element("div");
  const one = (text, checked, act) => {
    const input = element("input", { type: "checkbox", checked, onchange: () => act(input.checked) });
    box.append(element("label", { className: "switch" }, input, element("span", {}, text)));
  };
  one("SuperID isolates its windows (COOP)", login.coop, (coop) => order("POST", "login", { coop }));
  one("Hidden records come blank, not as 403", netserver.hidden_records_are_blank, (on) => order("POST", "netserver", { hidden_records_are_blank: on }));
  one("PATCH honours If-Unmodified-Since", netserver.patch_honours_unmodified_since, (on) => order("POST", "netserver", { patch_honours_unmodified_since: on }));
  one("Every second webhook event arrives twice", netserver.duplicate_deliveries > 0, (on) => order("POST", "netserver", { duplicate_deliveries: on ? 0.5 : 0 }));
  for (const client of clients) {
    for (const [name, what] of [["system_token", "a system user"], ["webhooks", "webhooks"]]) {
      one(`${client.name} may have ${what}`, client[name], (on) => order("POST", `clients/${client.client_id}`, { [name]: on }));
    }
    one(`Tell ${client.name} of changed tenants (${client.state_url})`, client.state_push, (on) => order("POST", `clients/${client.client_id}`, { state_push: on }));
  }
  box.append(element("p", { className: "muted" }, `Access tokens live ${span(login.access_token_seconds)}, codes ${span(login.code_seconds)}, id tokens ${span(login.id_token_seconds)}.`));
  return box;
}

// What the person does

for (const one of document.querySelectorAll("button[data-post]")) {
  one.addEventListener("click", () => {
    if (!one.dataset.ask || confirm(one.dataset.ask)) order("POST", one.dataset.post, JSON.parse(one.dataset.body));
  });
}
for (const one of document.querySelectorAll("button[data-delete]")) {
  one.addEventListener("click", () => order("DELETE", one.dataset.delete));
}

function filled(form) {
  const inputs = [...form.elements].filter((input) => input.name && input.value !== "");
  return Object.fromEntries(inputs.map((input) => [input.name, input.type === "number" ? Number(input.value) : input.value]));
}

document.querySelector("form[data-post]").addEventListener("submit", (event) => {
  event.preventDefault();
  order("POST", event.target.dataset.post, filled(event.target));
});
document.querySelector("form[data-clock]").addEventListener("submit", (event) => {
  event.preventDefault();
  order("POST", "clock", { now: `${filled(event.target).now}Z` });
});
for (const one of document.querySelectorAll("button[data-preset]")) {
  one.addEventListener("click", () => {
    const form = document.querySelector("form[data-post=faults]");
    const preset = JSON.parse(one.dataset.preset);
    for (const name of ["method", "status", "delay", "drop", "retry_after", "count"]) form.elements[name].value = preset[name] ?? "";
    form.querySelector("[type=submit]").focus();
  });
}
failedOnly.addEventListener("change", () => list("calls", true));
document.querySelector("form[data-fire]").addEventListener("submit", (event) => {
  event.preventDefault();
  const { event: name, ...body } = filled(event.target);
  order("POST", `webhooks/${encodeURIComponent(name)}`, body);
});

refresh();
setInterval(() => document.hidden || refresh(), every);
