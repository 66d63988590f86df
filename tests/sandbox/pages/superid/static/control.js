// The control page: shows what the sandbox does and passes on what the person asks of it.
// Everything comes from /__sandbox__/overview; a list is painted again only when it changed and nobody is using it.

const base = "/__sandbox__/";
const every = 1500;
const status = document.querySelector("[data-status]");
const painted = {};
let refusal = "";

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
  say(refusal || `Live · ${all.calls.length} calls, ${all.tokens.length} tokens, ${all.webhooks.length} webhooks, ${all.faults.length} faults`, Boolean(refusal));
  document.querySelector("[data-now]").textContent = when(Date.parse(all.now) / 1000, true);
  document.querySelector("[data-offset]").textContent = offset(all.offset);
  for (const [name, paint] of Object.entries(lists)) {
    const place = document.querySelector(`[data-list=${name}]`);
    show(name, place, all[name], () => paint(all[name], all), used);
  }
  const switches = { login: all.login, netserver: all.netserver, clients: all.clients };
  show("switches", document.querySelector("[data-switches]"), switches, () => switchboard(switches), used);
}

function show(name, place, value, paint, used) {
  const text = JSON.stringify(value);
  if (painted[name] === text || (!used && place.contains(document.activeElement))) return;
  painted[name] = text;
  place.replaceChildren(paint());
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

// Elements

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

function button(text, act, className = "") {
  return element("button", { type: "button", className, onclick: act }, text);
}

function choice(label, values, value, act) {
  const made = element("select", { onchange: () => act(made.value) }, ...values.map((one) => element("option", { value: one, selected: one === value }, one)));
  made.setAttribute("aria-label", label);
  return made;
}

function table(heads, rows, nothing) {
  if (!rows.length) return element("p", { className: "muted" }, nothing);
  const cells = (row) => row.map((cell) => (cell instanceof HTMLTableCellElement ? cell : element("td", {}, cell ?? "")));
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...heads.map((head) => element("th", { scope: "col" }, head)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells(row)))),
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
      ["Tenant", "User", "Role", "", "Denied besides"],
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
        one.count === null ? "always" : String(one.count),
        button("Remove", () => order("DELETE", `faults/${number}`)),
      ]),
      "No faults: NetServer answers as well as it can.",
    ),
  webhooks: (rows) =>
    table(
      ["Tenant", "Id", "Name", "Events", "Target", "State", "Calls", "Errors", "In a row", "Last error"],
      rows.map((one) => [
        one.tenant,
        String(one.id),
        wrap(one.name),
        wrap(one.events.join(", ")),
        wrap(one.url),
        mark(one.state, one.state === "Active"),
        String(one.total_calls),
        String(one.total_errors),
        String(one.consecutive_errors),
        wrap(one.last_error),
      ]),
      "No application has made a webhook yet.",
    ),
  deliveries: (rows) =>
    table(
      ["At", "Tenant", "Event", "To", "Attempts", "Outcome", ""],
      rows.map((one) => [
        when(one.queued),
        one.ctx,
        wrap(one.event),
        wrap(one.url),
        wrap(one.attempts.map((attempt) => attempt.status || attempt.error).join(", ")),
        mark(one.outcome || `waits until ${when(one.due)}`, one.outcome === "delivered"),
        one.webhook_id && one.outcome ? again(one) : "",
      ]),
      "Nothing was sent yet.",
    ),
  tokens: (rows) =>
    table(
      ["Kind", "Token", "Tenant", "User", "Application", "Expires"],
      rows.map((one) => [one.kind, element("code", {}, one.token), one.tenant, one.user, one.application, mark(lifetime(one.seconds), one.seconds === null || one.seconds > 0)]),
      "Nobody has a token.",
    ),
  calls: (rows) =>
    table(
      ["At", "Method", "Path", "Tenant", "User", "Status", "ms"],
      rows.map((one) => [
        when(one.started),
        one.method,
        wrap(one.path + (one.query ? `?${one.query}` : "")),
        one.tenant,
        one.user,
        mark(one.status || "hung up", one.status >= 200 && one.status < 400),
        String(one.ms),
      ]),
      "Nobody has called yet.",
    ),
};

/** The build after this one: `Release_11.10_2026.02.24-02` becomes `Release_11.11_…`. */
function next(release) {
  return release.replace(/\d+(?=_)/, (minor) => Number(minor) + 1);
}

function again(delivery) {
  const send = (body) => order("POST", `deliveries/${delivery.event_id}`, body);
  return element("div", { className: "buttons" }, button("Again", () => send({})), button("As new", () => send({ new_id: true })));
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
document.querySelector("form[data-fire]").addEventListener("submit", (event) => {
  event.preventDefault();
  const { event: name, ...body } = filled(event.target);
  order("POST", `webhooks/${encodeURIComponent(name)}`, body);
});

refresh();
setInterval(() => document.hidden || refresh(), every);
