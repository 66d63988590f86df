// The client's six REST classes: default, create, read, replace, patch, delete, and conditional requests.

import assert from "node:assert/strict";
import { camel } from "./recorder.mjs";

const soon = new Date(Date.UTC(2031, 4, 14, 9, 30));

// What each class needs to be saved, a text that is changed by PUT, and one by PATCH.
const kinds = {
  Contact: { fill: (entity) => (entity.name = "Fabrikken AS"), text: "department", other: "name" },
  Person: {
    fill: (entity) => Object.assign(entity, { firstname: "Ida", lastname: "Lund", contact: { contactId: 17 } }),
    text: "title",
    other: "lastname",
  },
  Sale: {
    fill: (entity) => Object.assign(entity, { heading: "A pilot", amount: 125000.5, saledate: soon, contact: { contactId: 17 } }),
    text: "heading",
    other: "number",
  },
  Project: { fill: (entity) => (entity.name = "Move to the cloud"), text: "name", other: "projectNumber" },
  Appointment: {
    fill: (entity) => Object.assign(entity, { description: "Call back", contact: { contactId: 17 } }),
    text: "description",
    other: "location",
  },
  Document: {
    fill: (entity) => Object.assign(entity, { header: "Offer", name: "offer.txt", contact: { contactId: 17 } }),
    text: "header",
    other: "ourRef",
  },
};

export const classes = Object.keys(kinds);

export async function rest(signedIn, recorder, name) {
  const kind = kinds[name];
  const freshApi = () => recorder.watch(`${name}RestApi`, signedIn()[`get${name}RestApi`]());
  const api = freshApi();
  const key = `${camel(name)}Id`;

  const fresh = await api.getDefaultAsync();
  assert.equal(fresh[key], 0);
  kind.fill(fresh);
  const made = await api.postAsync(fresh);
  assert.ok(made[key] > 0);
  const id = made[key];

  const read = await api.getByIdAsync(id);
  assert.equal(read[key], id);
  assert.equal(read[kind.text], made[kind.text]);

  const put = await api.putByIdAsync(id, { ...read, [kind.text]: "put by TypeScript" });
  assert.equal(put[kind.text], "put by TypeScript");
  const patched = await api.patchByIdAsync(id, [
    { op: "test", path: `/${kind.text}`, value: "put by TypeScript" },
    { op: "replace", path: `/${kind.other}`, value: "patched" },
  ]);
  assert.equal(patched[kind.other], "patched");
  const merged = await api.patchByIdAsync(id, { [kind.text]: "merged" });
  assert.deepEqual([merged[kind.text], merged[kind.other]], ["merged", "patched"]);

  // The client (12.4) keeps a conditional header for all later calls of the same object: each gets its own.
  const later = new Date(Date.now() + 3600_000);
  assert.equal(await freshApi().getByIdAsync(id, { ifModifiedSince: later }), null);
  await refused(412, freshApi().putByIdAsync(id, merged, { ifUnmodifiedSince: new Date(Date.UTC(2001, 0, 1)) }));
  await refused(400, api.patchByIdAsync(id, [{ op: "test", path: `/${kind.text}`, value: "somebody else's" }]));

  await api.deleteByIdAsync(id);
  await refused(404, api.getByIdAsync(987654));
}

export async function refused(status, promise) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.response?.status, status, error.message);
    return true;
  });
}
