// SPDX-License-Identifier: Apache-2.0
// Every operation that docs/openapi.yaml describes is asked of real nodes, and every answer must be as described: status,
// headers, type, and a body in which every field is described and every required one is there.
// Environment: QUIPU_PAGE, the description; QUIPU_WORLD, what network.py wrote.
import assert from 'node:assert';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import test from 'node:test';
import { callsOn, SOMETIMES, UNREACHED, UNSEEN } from './calls.mjs';
import { Page } from './page.mjs';

const page = Page.read(process.env.QUIPU_PAGE);
const world = JSON.parse(fs.readFileSync(process.env.QUIPU_WORLD, 'utf8'));
const { calls, excused } = await callsOn(world, path.dirname(process.env.QUIPU_WORLD));
// Node's names, but for two that RFC 9110 renamed.
const REASONS = { ...http.STATUS_CODES, 413: 'Content Too Large', 422: 'Unprocessable Content' };
const reached = new Set();
const seen = new Map();  // field -> the first answer that had it
const used = new Set();

function targetOf(operation, { path: values = [], query = {} }) {
  const left = [...values];
  const target = operation.path.replace(/\{\w+\}/g, () => left.shift());
  assert.equal(left.length, 0, 'every value has its place in the path');
  const text = new URLSearchParams(query).toString();
  return text ? `${target}?${text}` : target;
}

async function fetched(operation, how, more) {
  const node = { ...world.nodes, follower: world.follower }[how.at ?? 'BO'];
  return fetch(node + targetOf(operation, how), { method: operation.method, headers: how.headers, body: how.body, ...more });
}

// The newest checkpoint may be published again in between, but not three times in a row.
async function askedAgain(operation, how) {
  for (let tries = 1; ; ++tries) {
    const tag = (await fetched(operation, how)).headers.get('etag');
    const answer = await fetched(operation, how, { headers: { 'If-None-Match': tag } });
    if (answer.status === 304 || tries === 3) return { answer, body: Buffer.from(await answer.arrayBuffer()) };
  }
}

async function askedUntil(operation, how) {
  for (let tries = 1; ; ++tries) {
    const answer = await fetched(operation, how);
    const body = Buffer.from(await answer.arrayBuffer());
    if (JSON.parse(body).status === how.until) return { answer, body };
    assert.ok(tries < 200, `not ${how.until}: ${body}`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

async function ask(operation, how) {
  if (how.until) return askedUntil(operation, how);
  if (how.again) return askedAgain(operation, how);
  const stop = new AbortController();
  const answer = await fetched(operation, how, { signal: stop.signal });
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

function checkBody(id, status, response, type, body) {
  if (!response.content) return assert.equal(body.length, 0, 'no body is described');
  const schema = page.schemaOf(id, status, type);
  assert.ok(schema, `${type} is described`);
  if (type === 'application/octet-stream') return assert.ok(body.length > 0);
  if (type === 'text/event-stream') return checkStream(body.toString());
  const value = /json$/.test(type) ? JSON.parse(body) : body.toString();
  assert.equal(page.faults(schema, value), '');
  const shared = page.operations.get(id).responses[status].$ref;
  page.visit(schema, value, shared ? shared.split('/').at(-1) : id, (field) => {
    if (!seen.has(field)) seen.set(field, { id, status, type, value });
  });
  if (type === 'application/problem+json') assert.equal(value.status, status);
}

// All that is described was met, but for what is excused; and nothing is excused that was met or is not described.
function compare(described, met, excused) {
  const missing = described.filter((each) => !met.has(each) && !(each in excused));
  const idle = Object.keys(excused).filter((each) => met.has(each) || !described.includes(each));
  assert.equal([...missing, ...idle.map((each) => `excused for nothing: ${each}`)].join('\n'), '');
}

for (const [id, status, how] of calls) {
  await test(`${id} ${status} ${how.at ?? ''} ${(how.path ?? []).join(' ')} ${new URLSearchParams(how.query ?? {})}`, async () => {
    const operation = page.operations.get(id);
    assert.ok(operation, 'the operation is described');
    const { answer, body } = await ask(operation, how);
    assert.equal(answer.status, status, body.toString().slice(0, 300));
    assert.equal(answer.statusText, REASONS[status]);
    const response = page.resolved(operation.responses[status]);
    assert.ok(response, 'the status is described');
    const type = answer.headers.get('content-type').split(';')[0];
    checkHeaders(response, answer, type);
    checkBody(id, status, response, type, body);
    reached.add(`${id} ${status}`);
    const asked = operation.requestBody?.content['application/json'];
    if (asked && status < 300) assert.equal(page.faults(asked.schema, JSON.parse(how.body)), '', 'what was sent is described');
    if (status < 300) for (const name of [...Object.keys(how.query ?? {}), ...Object.keys(how.headers ?? {})]) used.add(`${id} ${name}`);
  });
}

await test('a training network says so in every answer below /v1 and in no file of the mirror', async () => {
  const told = async (target) => (await fetch(world.nodes.BO + target)).headers.get('quipu-training');
  const { chain_id: chain } = await (await fetch(`${world.nodes.BO}/v1/node/status`)).json();
  assert.match(chain, /^test-/);
  for (const target of ['/v1/node/status', '/v1/list?issuer=PE&limit=1', '/v1/list?issuer=PE&limit=1&format=csv', '/v1/list?x=1', '/v1/none']) assert.equal(await told(target), chain, target);
  for (const target of ['/genesis', '/checkpoint']) assert.equal(await told(target), null, target);
});

await test('another method is refused on every route and the allowed ones are named', async () => {
  for (const { path: route } of page.operations.values()) {
    const answer = await fetch(world.nodes.BO + route.replace(/\{\w+\}/g, 'x'), { method: 'PUT' });
    assert.equal(answer.status, 405, route);
    const problem = await answer.json();
    assert.equal(page.faults({ $ref: '#/components/schemas/Problem' }, problem), '');
    assert.equal(problem.code, 'METHOD_NOT_ALLOWED');
    const methods = Object.keys(page.document.paths[route]).map((each) => each.toUpperCase());
    assert.deepEqual(answer.headers.get('allow').split(', ').sort(), methods.sort(), route);
  }
});

await test('a node that wants tokens answers each route for its roles alone', async () => {
  // Guests may look up, as this node is set up.
  const tokens = Object.entries(world.tokens).map(([name, token]) => [name === 'second' ? 'submitter' : name, token]);
  const callers = [['reader', null], ...tokens];
  for (const { path: route, method, security } of page.operations.values()) {
    const opens = security.flatMap((each) => each.bearer ?? []);
    for (const [role, token] of callers) {
      const stop = new AbortController();
      const headers = token ? { Authorization: `Bearer ${token}` } : {};
      const answer = await fetch(world.nodes.CL + route.replace(/\{\w+\}/g, 'x'), { method, headers, signal: stop.signal });
      const letIn = security.length === 0 || opens.includes(role) || opens.includes('mirror');
      const place = `${token ? role : 'guest'}: ${method} ${route}`;
      if (letIn) assert.ok(![401, 403].includes(answer.status), place);
      else {
        assert.equal(answer.status, token ? 403 : 401, place);
        const problem = await answer.json();
        assert.equal(page.faults({ $ref: '#/components/schemas/Problem' }, problem), '');
        assert.equal(problem.code, token ? 'FORBIDDEN' : 'UNAUTHORIZED', place);
        if (!token) assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
      }
      stop.abort();
    }
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

await test('what a node posts to a receiver is as described', () => {
  const { schema } = page.document.webhooks.change.post.requestBody.content['application/json'];
  for (const value of world.posts) {
    assert.equal(page.faults(schema, value), '');
    page.visit(schema, value, 'told_change', (field) => {
      if (!seen.has(field)) seen.set(field, { schema, value });
    });
  }
});

await test('every status of every operation was answered or is known to be out of reach', () => {
  const described = [];
  for (const [id, operation] of page.operations) {
    for (const status of Object.keys(operation.responses)) if (status !== 'default') described.push(`${id} ${status}`);
  }
  compare(described, reached, { ...UNREACHED, ...excused });
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
  compare([...page.fields().keys()].filter((each) => !(each in SOMETIMES)), seen, UNSEEN);
});

await test('a page that had forgotten a field would be caught', () => {
  const sample = [...seen.keys()].filter((field, place) => place % 5 === 0 && page.fields().has(field));
  assert.ok(sample.length > 20);
  const kept = sample.filter((field) => {
    const { id, status, type, value, schema } = seen.get(field);
    const other = page.without(field);
    return other.faults(schema ?? other.schemaOf(id, status, type), value) === '';
  });
  assert.deepEqual(kept, []);
});
