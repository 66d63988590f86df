// Scenarios of the client's agents, each reading and, where panels do, writing.

import assert from "node:assert/strict";
import { camel } from "./recorder.mjs";

const ACME = 17;

// The four methods every main entity has in its agent.
async function lives(agent, name, fill, text) {
  const fresh = await agent[`createDefault${name}EntityAsync`]();
  assert.equal(fresh[`${camel(name)}Id`], 0);
  fill(fresh);
  const made = await agent[`save${name}EntityAsync`](fresh);
  const id = made[`${camel(name)}Id`];
  assert.ok(id > 0);
  const read = await agent[`get${name}EntityAsync`](id);
  read[text] = "saved by TypeScript";
  const saved = await agent[`save${name}EntityAsync`](read);
  assert.equal(saved[text], "saved by TypeScript");
  assert.equal(await agent[`get${name}EntityAsync`](987654), null);
  return saved;
}

export const agents = {
  async Contact(agent) {
    const company = await agent.getContactEntityAsync(ACME);
    assert.equal(company.name, "Acme");
    assert.ok(company.updatedDate instanceof Date);
    assert.ok(company.phones.length && company.phones[0].value);
    const flat = await agent.getContactAsync(ACME);
    assert.equal(flat.name, company.name);
    const several = await agent.getContactListAsync([ACME, 1, 987654]);
    assert.deepEqual(several.map((one) => one.contactId).sort(), [1, ACME]);
    const made = await lives(agent, "Contact", (entity) => (entity.name = "Script AS"), "department");
    const faults = await agent.validateContactEntityAsync({ ...made, name: "" });
    assert.ok("Name" in faults);
    await agent.deleteContactEntityAsync(made.contactId);
  },

  async Person(agent) {
    const made = await lives(agent, "Person", (entity) => Object.assign(entity, { firstname: "Ola", lastname: "Nes", contact: { contactId: ACME } }), "title");
    assert.equal(made.contact.contactId, ACME);
    const flat = await agent.getPersonAsync(made.personId);
    assert.equal(flat.fullName, "Ola Nes");
    assert.equal((await agent.getPersonListAsync([made.personId])).length, 1);
    await agent.deletePersonEntityAsync(made.personId);
  },

  async Sale(agent) {
    const date = new Date(Date.UTC(2031, 4, 14));
    const made = await lives(agent, "Sale", (entity) => Object.assign(entity, { heading: "Big", amount: 99.5, saledate: date, contact: { contactId: ACME } }), "heading");
    assert.equal(made.amount, 99.5);
    assert.ok(made.saledate instanceof Date);
    assert.equal((await agent.getSaleAsync(made.saleId)).contactId, ACME);
    assert.equal((await agent.getSaleListAsync([made.saleId])).length, 1);
    await agent.deleteSaleEntityAsync(made.saleId);
  },

  async Appointment(agent) {
    const made = await lives(agent, "Appointment", (entity) => Object.assign(entity, { description: "Meet", contact: { contactId: ACME } }), "description");
    assert.ok(made.startDate instanceof Date);
    assert.ok(await agent.getAppointmentAsync(made.appointmentId));
    assert.equal((await agent.getAppointmentListAsync([made.appointmentId])).length, 1);
    await agent.deleteAppointmentEntityAsync(made.appointmentId);
  },

  async Project(agent) {
    const made = await lives(agent, "Project", (entity) => (entity.name = "Launch"), "name");
    assert.ok(await agent.getProjectAsync(made.projectId));
    assert.equal((await agent.getProjectListAsync([made.projectId])).length, 1);
    await agent.deleteProjectEntityAsync(made.projectId);
  },

  async Archive(agent) {
    assert.ok((await agent.getProviderNamesAsync()).includes("FindContact"));
    assert.ok((await agent.getAvailableColumnsAsync("FindContact", "")).some((column) => column.name === "nameDepartment"));
    assert.ok((await agent.getAvailableEntitiesAsync("FindContact", "")).length);
    const restriction = [{ name: "contactId", operator: "=", values: [String(ACME)], isActive: true, columnInfo: null }];
    const order = [{ name: "name", direction: "ASC" }];
    const rows = await agent.getArchiveListByColumnsAsync("FindContact", ["contactId", "name"], order, restriction, ["contact"], 0, 10);
    assert.equal(rows.length, 1);
    assert.equal(rows[0].columnData.name.displayValue, "Acme");
    const same = await agent.getArchiveListByColumns2Async("FindContact", "contactId,name", "name", `contactId = ${ACME}`, "contact", 0, 10);
    assert.equal(same[0].columnData.contactId.displayValue, String(ACME));
    const counted = await agent.getArchiveListByColumnsWithHeader2Async("FindContact", "contactId,name", "name", "", "contact", 0, 5, "");
    assert.equal(counted.rows.length, 5);
    assert.ok(counted.rowCount >= 5);
  },

  async Find(agent) {
    const restriction = [{ name: "contactId", operator: "=", values: [String(ACME)], isActive: true }];
    const found = await agent.findFromRestrictionsColumnsAsync(restriction, "FindContact", ["contactId", "name"], 10, 0);
    assert.equal(found.archiveRows.length, 1);
  },

  async MDO(agent) {
    const categories = await agent.getListAsync("category", true, "", false);
    assert.ok(categories.length > 1);
    assert.equal(typeof categories[0].name, "string");
    const one = await agent.getListItemAsync("category", categories[0].id);
    assert.equal(one.name, categories[0].name);
    assert.ok((await agent.getListNamesAsync()).includes("category"));
    assert.ok(await agent.getListIdByListNameAsync("category"));
    assert.ok((await agent.getSelectableListAsync("category", true, "", false)).length);
    assert.ok((await agent.getSimpleListAsync("category")).length);
  },

  async List(agent) {
    assert.ok((await agent.getCategoriesAsync()).length);
    assert.ok((await agent.getAllCountriesAsync(false)).length);
    assert.ok((await agent.getCurrenciesAsync()).length);
    assert.ok((await agent.getTasksAsync()).length);
    const fresh = await agent.createDefaultWebPanelEntityAsync();
    Object.assign(fresh, { name: "From TypeScript", url: "https://panels.example/?id=<cuid>", windowName: "ts.panel", visibleIn: "ContactArchive", progId: "ts.panel" });
    const made = await agent.saveWebPanelEntityAsync(fresh);
    assert.ok(made.webPanelId > 0);
    assert.equal((await agent.getWebPanelEntityAsync(made.webPanelId)).name, "From TypeScript");
    assert.equal((await agent.getWebPanelByProgIdAsync("ts.panel")).webPanelId, made.webPanelId);
    assert.ok((await agent.getWebPanelListAsync()).some((panel) => panel.webPanelId === made.webPanelId));
    await agent.deleteWebPanelAsync(made.webPanelId);
  },

  async Webhook(agent, given) {
    const fresh = await agent.createDefaultWebhookAsync();
    Object.assign(fresh, { name: "From TypeScript", targetUrl: given.receiver, events: ["typescript.ran", "contact.changed"], secret: "s" });
    assert.ok((await agent.testWebhookAsync(fresh)).success);
    const made = await agent.saveWebhookAsync(fresh);
    assert.ok(made.webhookId > 0);
    assert.equal((await agent.getWebhookAsync(made.webhookId)).name, "From TypeScript");
    assert.equal((await agent.getAllWebhooksAsync("TypeScript", "", "Unknown")).length, 1);
    await agent.signalEventAsync("typescript.ran", 7, { ok: true });
    assert.equal(await agent.getLastErrorAsync(made.webhookId), "");
    await assert.rejects(agent.saveWebhookAsync({ ...made, targetUrl: "http://insecure.example" }), (error) => error.response.status === 400);
  },
};
