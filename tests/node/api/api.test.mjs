// SPDX-License-Identifier: Apache-2.0
// Every operation that docs/openapi.yaml describes is asked of real nodes, and every answer must be as described: status,
// headers, type, and a body in which every field is described and every required one is there.
// Environment: QUIPU_PAGE, the description; QUIPU_WORLD, what network.py wrote.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { callsOn, UNREACHED, UNSEEN } from './calls.mjs';
import { Page } from './page.mjs';

const page = Page.read(process.env.QUIPU_PAGE);
const world = JSON.parse(fs.readFileSync(process.env.QUIPU_WORLD, 'utf8'));
const calls = await callsOn(world, path.dirname(process.env.QUIPU_WORLD));
const reached = new Set();
const seen = new Set();
const used = new Set();

function targetOf(operation, { path: values = [], query = {} }) {
  const left = [...values];
  const target = operation.path.replace(/\{\w+\}/g, () => left.shift());
  assert.equal(left.length, 0, 'every value has its place in the path');
  const text = new URLSearchParams(query).toString();
  return text ? `${target}?${text}` : target;
}

async function ask(operation, how) {
  const node = { ...world.nodes, follower: world.follower }[how.at ?? 'BO'];
  const stop = new AbortController();
  const answer = await fetch(node + targetOf(operation, how), {
    method: operation.method, headers: how.headers, body: how.body, signal: stop.signal });
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) {
    return { answer, body: Buffer.from(await answer.arrayBuffer()) };
  }
  // The stream does not end by itself.
  let text = '';
  for await (const piece of answer.body) {
    text += Buffer.from(piece).toString();
    if (/\ndata: .*\n\n/.test(text)) break;
  }
  stop.abort();
  return { answer, body: Buffer.from(text) };
}

function checkHeaders(response, answer, type) {
  for (const [name, described] of Object.entries(response.headers ?? {})) {
    const value = answer.headers.get(name);
    const ofCsv = name.startsWith('Quipu-');
    if (ofCsv) assert.equal(name === 'Quipu-Height' && value !== null, name === 'Quipu-Height' && type === 'text/csv', `${name} comes with CSV`);
    else assert.notEqual(value, null, `${name} is there`);
    if (value !== null) assert.equal(page.faults(page.resolved(described).schema, value), '', name);
  }
}

function checkStream(text) {
  const events = text.split('\n\n').filter((each) => each.startsWith('id: '));
  assert.ok(events.length > 0, 'an event came');
  for (const event of events.slice(0, -1)) {
    const [, id, data] = /^id: (\d+\/\d+)\ndata: (.*)$/.exec(event);
    const row = JSON.parse(data);
    assert.equal(page.faults({ $ref: '#/components/schemas/Change' }, row), '');
    assert.equal(id, `${row.index}/${row.event}`);
  }
}

function checkBody(place, response, answer, body) {
  if (!response.content) return assert.equal(body.length, 0, 'no body is described');
  const type = answer.headers.get('content-type').split(';')[0];
  const schema = response.content[type]?.schema;
  assert.ok(schema, `${type} is described`);
  if (type === 'application/octet-stream') return assert.ok(body.length > 0);
  if (type === 'text/event-stream') return checkStream(body.toString());
  const value = /json$/.test(type) ? JSON.parse(body) : body.toString();
  assert.equal(page.faults(schema, value), '');
  page.visit(schema, value, place, (field) => seen.add(field));
  if (type === 'application/problem+json') assert.equal(value.status, answer.status);
}

for (const [id, status, how] of calls) {
  await test(`${id} ${status} ${how.at ?? ''} ${(how.path ?? []).join(' ')} ${new URLSearchParams(how.query ?? {})}`, async () => {
    const operation = page.operations.get(id);
    assert.ok(operation, 'the operation is described');
    const { answer, body } = await ask(operation, how);
    assert.equal(answer.status, status, body.toString().slice(0, 300));
    const described = operation.responses[status];
    assert.ok(described, 'the status is described');
    const response = page.resolved(described);
    checkHeaders(response, answer, answer.headers.get('content-type').split(';')[0]);
    checkBody(described.$ref ? described.$ref.split('/').at(-1) : id, response, answer, body);
    reached.add(`${id} ${status}`);
    const asked = operation.requestBody?.content['application/json'];
    if (asked && status < 300) assert.equal(page.faults(asked.schema, JSON.parse(how.body)), '', 'what was sent is described');
    if (status < 300) for (const name of [...Object.keys(how.query ?? {}), ...Object.keys(how.headers ?? {})]) used.add(`${id} ${name}`);
  });
}

await test('another method is refused on every route and the allowed ones are named', async () => {
  for (const { path: route } of page.operations.values()) {
    const answer = await fetch(world.nodes.BO + route.replace(/\{\w+\}/g, 'x'), { method: 'DELETE' });
    assert.equal(answer.status, 405, route);
    const problem = await answer.json();
    assert.equal(page.faults({ $ref: '#/components/schemas/Problem' }, problem), '');
    assert.equal(problem.code, 'METHOD_NOT_ALLOWED');
    const methods = Object.keys(page.document.paths[route]).map((each) => each.toUpperCase());
    assert.deepEqual(answer.headers.get('allow').split(', ').sort(), methods.sort(), route);
  }
});

await test('what is no route and what is no request are problems too', async () => {
  for (const [target, status] of [['/v1/nothing', 404], [`/v1/members?x=${'x'.repeat(9000)}`, 431]]) {
    const answer = await fetch(world.nodes.BO + target);
    assert.equal(answer.status, status);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    assert.equal(page.faults({ $ref: '#/components/schemas/Problem' }, await answer.json()), '');
  }
});

await test('the page that a node serves is this one', async () => {
  assert.equal(await (await fetch(`${world.nodes.PE}/openapi.yaml`)).text(), page.text);
});

await test('every status of every operation was answered or is known to be out of reach', () => {
  const described = [];
  for (const [id, operation] of page.operations) {
    for (const status of Object.keys(operation.responses)) if (status !== 'default') described.push(`${id} ${status}`);
  }
  const missing = described.filter((each) => !reached.has(each));
  assert.deepEqual(missing.sort(), Object.keys(UNREACHED).sort());
});

await test('every parameter was taken', () => {
  const described = [];
  for (const [id, operation] of page.operations) {
    for (const parameter of (operation.parameters ?? []).map((each) => page.resolved(each))) {
      if (parameter.in !== 'path') described.push(`${id} ${parameter.name}`);
    }
  }
  assert.deepEqual(described.filter((each) => !used.has(each)), []);
});

await test('every field described by hand was seen or is known to be out of reach', () => {
  const missing = [...page.fields()].filter((each) => !seen.has(each));
  assert.deepEqual(missing.sort(), Object.keys(UNSEEN).sort());
});
