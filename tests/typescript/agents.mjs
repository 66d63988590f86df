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
    assert.ok((await agent.getPersonsFromContactAsync(ACME)).some((one) => one.personId === made.personId));
    assert.equal(await agent.setPersonRankAsync(made.personId, 1), true);
    await agent.setConsentAsync(made.personId, "STORE", "API", "61A", "Told on the phone");
    assert.equal(await agent.hasConsentAsync(made.personId, "STORE"), true);
    await agent.deletePersonEntityAsync(made.personId);
  },

  async Sale(agent) {
    const date = new Date(Date.UTC(2031, 4, 14));
    const made = await lives(agent, "Sale", (entity) => Object.assign(entity, { heading: "Big", amount: 99.5, saledate: date, contact: { contactId: ACME } }), "heading");
    assert.equal(made.amount, 99.5);
    assert.ok(made.saledate instanceof Date);
    assert.equal((await agent.getSaleAsync(made.saleId)).contactId, ACME);
    assert.equal((await agent.getSaleListAsync([made.saleId])).length, 1);
    const stakeholder = await agent.createDefaultSaleStakeholderAsync();
    await agent.addSaleStakeholdersAsync(made.saleId, [{ ...stakeholder, contactId: ACME, comment: "Signs" }]);
    assert.equal((await agent.getSaleStakeholdersAsync(made.saleId))[0].comment, "Signs");
    await agent.setAsSoldWithReasonAsync([made.saleId], 1);
    assert.equal((await agent.getSaleEntityAsync(made.saleId)).status, "Sold");
    assert.ok((await agent.getMyOpportunitiesAsync(5)).every((sale) => sale.status === "Open"));
    await agent.deleteSaleEntityAsync(made.saleId);
  },

  async Appointment(agent) {
    const made = await lives(agent, "Appointment", (entity) => Object.assign(entity, { description: "Meet", contact: { contactId: ACME } }), "description");
    assert.ok(made.startDate instanceof Date);
    assert.ok(await agent.getAppointmentAsync(made.appointmentId));
    assert.equal((await agent.getAppointmentListAsync([made.appointmentId])).length, 1);
    const saved = await agent.saveAsync({ ...made, title: "Saved by the agent's own method" }, "OnlyThis", false, null, null);
    assert.equal(saved.title, "Saved by the agent's own method");
    const start = new Date(Date.UTC(2031, 4, 14, 9));
    const moved = await agent.moveAsync(made.appointmentId, start, "OnlyThis");
    assert.equal(moved.endDate - moved.startDate, made.endDate - made.startDate);
    const day = [new Date(Date.UTC(2031, 4, 14)), new Date(Date.UTC(2031, 4, 15))];
    assert.equal((await agent.getContactAppointmentsAsync(ACME, ...day, 10)).length, 1);
    assert.equal(await agent.toggleAppointmentStatusAsync(made.appointmentId), "Completed");
    await agent.deleteAppointmentEntityAsync(made.appointmentId);
  },

  async Project(agent) {
    const made = await lives(agent, "Project", (entity) => (entity.name = "Launch"), "name");
    assert.ok(await agent.getProjectAsync(made.projectId));
    assert.equal((await agent.getProjectListAsync([made.projectId])).length, 1);
    await agent.addProjectMembersAsync(made.projectId, [{ ...(await agent.createDefaultProjectMemberAsync()), personId: 43 }]);
    const [member] = await agent.getProjectMembersAsync(made.projectId);
    assert.equal(member.personId, 43);
    assert.equal((await agent.updateProjectMemberAsync({ ...member, comment: "Leads" })).comment, "Leads");
    await agent.setCompletedAsync(made.projectId, true);
    await agent.deleteProjectEntityAsync(made.projectId);
  },

  async Archive(agent) {
    assert.ok((await agent.getProviderNamesAsync()).includes("SimpleContact"));
    assert.ok((await agent.getAvailableColumnsAsync("SimpleContact", "")).some((column) => column.name === "nameDepartment"));
    assert.ok((await agent.getAvailableEntitiesAsync("SimpleContact", "")).length);
    const restriction = [{ name: "contactId", operator: "=", values: [String(ACME)], isActive: true, columnInfo: null }];
    const order = [{ name: "name", direction: "ASC" }];
    const rows = await agent.getArchiveListByColumnsAsync("SimpleContact", ["contactId", "name"], order, restriction, ["contact"], 0, 10);
    assert.equal(rows.length, 1);
    assert.equal(rows[0].columnData.name.displayValue, "Acme");
    const same = await agent.getArchiveListByColumns2Async("SimpleContact", "contactId,name", "name", `contactId = ${ACME}`, "contact", 0, 10);
    assert.equal(same[0].columnData.name.displayValue, "Acme");
    const counted = await agent.getArchiveListByColumnsWithHeader2Async("SimpleContact", "contactId,name", "name", "", "contact", 0, 5, "");
    assert.equal(counted.rows.length, 5);
    assert.equal(counted.rowCount, -1); // there are more
  },

  async Find(agent) {
    const restriction = [{ name: "contactId", operator: "=", values: [String(ACME)], isActive: true }];
    const found = await agent.findFromRestrictionsColumnsAsync(restriction, "SimpleContact", ["contactId", "name"], 10, 0);
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

  async Document(agent) {
    const made = await lives(agent, "Document", (entity) => Object.assign(entity, { header: "Offer", name: "offer.txt", contact: { contactId: ACME } }), "header");
    const id = made.documentId;
    const content = Buffer.from("Bytes, not text: \u00e6\u00f8\u00e5\u0000\u00ff", "utf8");
    await agent.setDocumentStreamAsync(made, content.buffer.slice(content.byteOffset, content.byteOffset + content.length), true);
    const stream = await agent.getDocumentStreamAsync(id);
    assert.deepEqual(Buffer.from(stream), content);
    assert.equal(await agent.getDocumentLengthAsync(id), content.length);
    assert.equal((await agent.getDocumentListAsync([id])).length, 1);
    assert.equal((await agent.getDocumentAsync(id)).header, "saved by TypeScript");
    await agent.deleteDocumentEntityAsync(id);
  },

  async Ticket(agent) {
    const made = await lives(agent, "Ticket", (entity) => Object.assign(entity, { title: "It does not start" }), "title");
    const message = await agent.createDefaultTicketMessageEntityAsync();
    Object.assign(message, { ticket: { ticketId: made.ticketId }, body: "Since this morning" });
    const said = await agent.saveTicketMessageEntityAsync(message);
    assert.equal((await agent.getTicketMessageEntityAsync(said.ejMessageId)).body, "Since this morning");
    assert.equal((await agent.getTicketMessageEntitiesAsync(made.ticketId, [said.ejMessageId])).length, 1);
    await agent.acceptTicketsAsync([made.ticketId]);
    assert.deepEqual(await agent.setDeletedStatusByIdsAsync([made.ticketId]), [made.ticketId]);
    await agent.undeleteByIdsAsync([made.ticketId]);
  },

  async Relation(agent) {
    const fresh = await agent.createDefaultContactRelationEntityAsync();
    Object.assign(fresh, { sourceContactId: ACME, destinationContactId: 1, relationDefinitionId: 1 });
    const made = await agent.saveContactRelationAsync(fresh);
    assert.ok(await agent.getContactRelationEntityAsync(made.relationId));
    await agent.deleteContactRelationAsync(made.relationId);
  },

  async Selection(agent) {
    const fresh = await agent.createDefaultSelectionEntityAsync();
    fresh.name = "Picked by TypeScript";
    const made = await agent.saveSelectionEntityAsync(fresh);
    const [acme, other] = [ACME, 1].map((contactId) => ({ contactId, personId: 0 }));
    await agent.addContactSelectionMembersAsync(made.selectionId, [acme, other]);
    await agent.removeContactSelectionMembersAsync(made.selectionId, [other]);
    const seen = await agent.getSelectionEntityAsync(made.selectionId);
    assert.deepEqual([seen.name, seen.memberCount], ["Picked by TypeScript", 1]);
    const deals = await agent.saveSelectionEntityAsync({ ...(await agent.createSelectionEntityAsync("sale")), name: "Deals" });
    await agent.addSelectionMembersAsync(deals.selectionId, [1, 2]);
    await agent.removeSelectionMembersAsync(deals.selectionId, [1]);
  },

  async UserDefinedFieldInfo(agent) {
    const fields = await agent.getPublishedUserDefinedFieldListAsync("Contact");
    assert.ok(fields.length && fields[0].progId);
    const same = await agent.getUserDefinedFieldFromProgIdAsync(fields[0].progId, "Contact");
    assert.equal(same.progId, fields[0].progId);
    const fresh = await agent.createUserDefinedFieldInfoAsync("Contact", "ShortText");
    Object.assign(fresh, { fieldLabel: "From TypeScript" });
    const made = await agent.saveUserDefinedFieldInfoAsync(fresh);
    assert.equal((await agent.getUserDefinedFieldInfoAsync(made.uDefFieldId)).fieldLabel, "From TypeScript");
    assert.equal(await agent.detectUnpublishedChangesAsync("Contact"), true);
    await agent.publishAsync("Contact");
    assert.equal(await agent.isAnyPublishEventActiveAsync(), false);
  },
};
