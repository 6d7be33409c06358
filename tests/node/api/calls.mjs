// SPDX-License-Identifier: Apache-2.0
// What is asked of the network that network.py made: of each operation every status that can be brought about.
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

// [operation, status, how to ask]: `path` in the order of the route's placeholders, `query`, `headers`, `body`, `at` which
// node, `again` with the tag of an answer just got, `until` the answer has this status.
export async function callsOn(world, folder) {
  const get = async (target) => (await fetch(world.nodes.BO + target)).json();
  const leaf = (name) => fs.readFileSync(path.join(folder, `${name}.leaf`));
  const idOf = (bytes) => crypto.createHash('sha256').update(Buffer.from([0])).update(bytes).digest('hex');
  const records = fs.readFileSync(path.join(folder, 'BR.jsonl.BR.quipu-records'), 'utf8').trim().split('\n').map(JSON.parse);
  const record = (subject) => {
    const { kind, record } = records.find((each) => each.subject === subject);
    return JSON.stringify({ subject, kind, record });
  };

  const members = (await get('/v1/members')).members;
  const issuerKey = members[0].keys.find((key) => key.purpose === 'ISSUER');
  const kid = Buffer.from(issuerKey.kid, 'base64').toString('hex');
  const { published_height: published } = await get('/v1/node/status');
  const { size } = await get(`/v1/blocks/${published}`);
  const { heights } = await get('/v1/checkpoints');
  const changes = (await get('/v1/changes?since=0&limit=5000')).items;
  const aBrazilian = (await get('/v1/list?by=PE&limit=5000')).items.find((each) => each.subject.startsWith('BR/'));
  const ofPeru = changes.find((each) => each.author === 'PE' && each.statement.validation_recorded);
  const aPeruvian = (await get('/v1/list?issuer=PE&limit=1')).items[0];
  // Where PE began to state something about recognition, in /v1/members/PE/compromised.
  const activated = changes.find((each) => each.author === 'PE' && each.kind === 'recognition_activated');
  const before = activated.event > 0 ? `${activated.index}/${activated.event - 1}` : `${activated.index - 1}/255`;
  // The console's script; a node that was built without npm has a small page instead.
  const script = /"\/?(?:\.\/)?console\/([^"]+\.js)"/.exec(await (await fetch(`${world.nodes.BO}/`)).text())?.[1];
  const some = world.some;
  const [someIssuer, someNumber] = some.certificate.split('/');
  const aChilean = (await get('/v1/list?issuer=CL&limit=1')).items[0].subject.split('/');
  const person = (await (await fetch(`${world.nodes.BR}/v1/operators/BR/BR-PERSON/identity`)).json()).tin;
  const pair = (name) => name.split('/');
  const none = '0'.repeat(64);
  const cose = { 'Content-Type': 'application/cose' };
  const json = { 'Content-Type': 'application/json' };
  const csv = { Accept: 'text/csv' };
  const as = (role) => ({ Authorization: `Bearer ${world.tokens[role]}` });
  const draft = (subject, changed) => JSON.stringify({
    administration: 'CL', draft: 'd-1', ...changed,
    events: changed?.events ?? [{ decision_date: '2026-01-02', operator_registered: { subject, person: 'LEGAL', tin: 'CL780000010' } }],
  });
  const approval = { decision_date: '2026-01-02', event_approved: { target: { leaf: Buffer.alloc(32).toString('base64') } } };
  const question = { tin: some.tin, role: some.roles[0], flow: 'IMPORT', by: 'PE', on: '2026-03-01' };
  const byAlias = { alias: 'RUC:20123456789', role: 'IMPORTER', flow: 'EXPORT', by: 'PE', on: new Date().toISOString().slice(0, 10) };
  const height = String(published - 1);
  const first = async (target) => (await get(target)).next_after;
  const newest = { known_at: String(published) };
  const wrong = { x: '1' };

  // Two drafts that wait: one to be confirmed, one to be withdrawn.
  const asked = (body, role) => fetch(`${world.nodes.CL}/v1/drafts`, { method: 'POST', body, headers: { ...json, ...as(role) } });
  const waits = async (body) => (await (await asked(body, 'submitter')).json()).waiting.id;
  const unwanted = draft('CL-78000003', { draft: 'd-2' });
  const [confirmed, withdrawn] = [await waits(draft('CL-78000001')), await waits(unwanted)];

  const calls = [
    ['post_submission', 422, { body: leaf('refused'), headers: cose }],
    ['post_submission', 202, { body: leaf('next'), headers: cose }],
    ['post_submission', 202, { body: leaf('next'), headers: cose, at: 'PE' }],
    ['post_submission', 202, { body: leaf('gap'), headers: cose, at: 'BR' }],
    ['post_submission', 202, { body: leaf('doomed'), headers: cose, at: 'BR' }],
    ['post_submission', 202, { body: leaf('filler'), headers: cose, at: 'BR' }],
    ['post_submission', 400, { body: 'no leaf', headers: cose }],
    ['post_submission', 403, { body: leaf('gap'), headers: cose, at: 'follower' }],
    ['post_submission', 409, { body: leaf('rival'), headers: cose }],
    ['post_submission', 413, { body: Buffer.alloc(61441), headers: cose }],
    ['post_submission', 415, { body: leaf('next'), headers: json }],
    ['post_draft', 202, { body: draft('CL-78000001'), headers: { ...json, ...as('submitter') }, at: 'CL' }],
    ['get_drafts', 200, { headers: as('submitter'), at: 'CL' }],
    ['post_draft', 202, { body: draft('CL-78000001'), headers: { ...json, ...as('second') }, at: 'CL' }],
    ['post_draft', 202, { body: draft('CL-78000001'), headers: { ...json, ...as('submitter') }, at: 'CL' }],
    ['delete_draft', 200, { path: [withdrawn], headers: as('second'), at: 'CL' }],
    ['delete_draft', 200, { path: [withdrawn], headers: as('submitter'), at: 'CL' }],
    ['post_draft', 409, { body: unwanted, headers: { ...json, ...as('submitter') }, at: 'CL' }],
    ['delete_draft', 400, { path: ['xyz'], headers: as('submitter'), at: 'CL' }],
    ['delete_draft', 401, { path: [withdrawn], at: 'CL' }],
    ['delete_draft', 403, { path: [withdrawn], headers: as('reader'), at: 'CL' }],
    ['delete_draft', 404, { path: [none], headers: as('submitter'), at: 'CL' }],
    ['delete_draft', 404, { path: [withdrawn] }],
    ['delete_draft', 409, { path: [confirmed], headers: as('submitter'), at: 'CL' }],
    ['post_draft', 400, { body: '{}', headers: { ...json, ...as('submitter') }, at: 'CL' }],
    ['post_draft', 401, { body: draft('CL-78000002'), headers: json, at: 'CL' }],
    ['post_draft', 403, { body: draft('CL-78000002'), headers: { ...json, ...as('reader') }, at: 'CL' }],
    ['post_draft', 403, { body: draft('CL-78000002', { administration: 'PE' }), headers: { ...json, ...as('submitter') }, at: 'CL' }],
    ['post_draft', 404, { body: draft('CL-78000002'), headers: json }],
    ['post_draft', 413, { body: draft('x'.repeat(62000)), headers: { ...json, ...as('submitter') }, at: 'CL' }],
    ['post_draft', 415, { body: draft('CL-78000002'), headers: { ...cose, ...as('submitter') }, at: 'CL' }],
    ['post_draft', 422, { body: draft('CL-78000002', { events: [approval] }), headers: { ...json, ...as('submitter') }, at: 'CL' }],
    ['get_drafts', 400, { query: wrong, headers: as('submitter'), at: 'CL' }],
    ['get_drafts', 401, { at: 'CL' }],
    ['get_drafts', 403, { headers: as('reader'), at: 'CL' }],
    ['get_drafts', 404, {}],
    ['get_submission', 200, { path: [world.final] }],
    ['get_submission', 200, { path: [idOf(leaf('gap'))], at: 'BR' }],
    ['get_submission', 200, { path: [idOf(leaf('doomed'))], at: 'BR', until: 'REJECTED' }],
    ['get_submission', 400, { path: ['xyz'] }],
    ['get_submission', 404, { path: [none] }],
    ['get_sequence', 200, { path: [kid], query: { administration: 'BO' } }],
    ['get_sequence', 400, { path: ['xyz'] }],
    ['get_sequence', 404, { path: ['0'.repeat(16)] }],
    ['get_approvals', 200, { query: { administration: 'CL' } }],
    ['get_approvals', 400, { query: { administration: 'CLX' } }],
    ['get_receipt', 200, { path: [world.final] }],
    ['get_receipt', 400, { path: ['xyz'] }],
    ['get_receipt', 404, { path: [none] }],
    ['get_status_list', 200, { path: ['BO'] }],
    ['get_status_list', 400, { path: ['Bolivia'] }],
    ['get_status_proof', 200, { path: pair(world.appealed) }],
    ['get_status_proof', 400, { path: ['BOX', 'A'] }],

    ['get_recognition', 200, { query: { ...question, proof: '0' } }],
    ['get_recognition', 200, { query: { ...question, known_at: height } }],
    ['get_recognition', 200, { query: { ...question, tin: 'BO00000001' } }],
    ['get_recognition', 200, { query: byAlias }],
    ['get_recognition', 200, { query: { ...question, tin: aBrazilian.tin, role: aBrazilian.roles[0] } }],
    ['get_recognition', 200, { query: { ...question, tin: aPeruvian.tin, role: aPeruvian.roles[0], by: 'BR' } }],
    ['get_recognition', 400, { query: { tin: some.tin } }],
    ['get_recognition', 400, { query: { ...question, known_at: '2999-01-01' } }],
    ['get_recognition', 400, { query: { ...question, known_at: '1999-01-01' } }],
    ['get_recognition', 200, { query: { ...question, proof: '1' } }],
    ['get_recognition', 400, { query: { ...question, proof: '1', known_at: height } }],
    ['post_recognition', 200, { body: JSON.stringify([question, byAlias]), headers: json, query: newest }],
    ['post_recognition', 200, { body: JSON.stringify([{ ...question, tin: person.tin, salt: person.salt }]), headers: json }],
    ['post_recognition', 400, { body: '[1]', headers: json }],
    ['post_recognition', 413, { body: ' '.repeat((1 << 20) + 1), headers: json }],
    ['get_operator_by_tin', 200, { path: [some.tin], query: { on: '2026-03-01', ...newest } }],
    ['get_operator_by_tin', 400, { path: [some.tin], query: { on: '2026-13-01' } }],
    ['get_operator_by_tin', 404, { path: ['BO0'] }],
    ['get_operator_by_alias', 200, { query: { alias: byAlias.alias, by: 'PE', on: byAlias.on, ...newest } }],
    ['get_operator_by_alias', 400, { query: { by: 'PE' } }],
    ['get_operator_by_alias', 404, { query: { alias: 'RUC:9', by: 'PE' } }],
    ['get_operator', 200, { path: ['BO', world.firm], query: { on: '2026-03-01', ...newest } }],
    ['get_operator', 200, { path: ['BR', 'BR-PERSON'] }],
    ['get_operator', 200, { path: ['BR', 'BR-GONE'] }],
    ['get_operator', 200, { path: pair(ofPeru.operator) }],
    ['get_operator', 400, { path: ['BO', world.firm], query: wrong }],
    ['get_operator', 404, { path: ['BO', 'NOBODY'] }],
    ['get_certificate', 200, { path: pair(world.appealed), query: { on: '2026-03-01', known_at: height } }],
    ['get_certificate', 200, { path: pair(world.appealed) }],
    ['get_certificate', 200, { path: pair(world.partly_suspended) }],
    ['get_certificate', 200, { path: pair(world.pending) }],
    ['get_certificate', 200, { path: pair(world.annulled) }],
    ['get_certificate', 400, { path: pair(world.appealed), query: wrong }],
    ['get_certificate', 404, { path: ['BO', 'NONE'] }],
    ['get_certificate_history', 200, { path: pair(world.appealed), query: newest }],
    ['get_certificate_history', 200, { path: pair(aPeruvian.certificate) }],
    ['get_certificate_history', 400, { path: pair(world.appealed), query: wrong }],
    ['get_certificate_history', 404, { path: ['BO', 'NONE'] }],
    ['get_exposure', 200, { path: pair(world.annulled), query: newest }],
    ['get_exposure', 200, { path: pair(world.annulled), query: { format: 'csv' } }],
    ['get_exposure', 400, { path: pair(world.annulled), query: wrong }],
    ['get_exposure', 404, { path: [someIssuer, someNumber] }],
    ['get_application', 200, { path: ['PE', 'AP-1'], query: { on: new Date().toISOString().slice(0, 10), ...newest } }],
    ['get_application', 400, { path: ['PE', 'AP-1'], query: wrong }],
    ['get_application', 404, { path: ['PE', 'AP-2'] }],
    ['get_validation', 200, { path: ['BO', 'JOINT-1'], query: newest }],
    ['get_validation', 200, { path: ['PE', ofPeru.statement.validation_recorded.validation] }],
    ['get_validation', 400, { path: ['BO', 'JOINT-1'], query: wrong }],
    ['get_validation', 404, { path: ['BO', 'JOINT-2'] }],
    ['get_expert', 200, { path: ['BO', 'EX-1'], query: newest }],
    ['get_expert', 400, { path: ['BO', 'EX-1'], query: wrong }],
    ['get_expert', 404, { path: ['BO', 'EX-2'] }],
    ['get_case', 200, { path: ['PE', 'CASE-1'], query: { on: byAlias.on, ...newest } }],
    ['get_case', 400, { path: ['PE', 'CASE-1'], query: wrong }],
    ['get_case', 404, { path: ['PE', 'CASE-9'] }],

    ['get_cases', 200, { query: { issuer: 'BO', reporter: 'PE', kind: 'IRREGULARITY', state: 'ALL', on: byAlias.on, ...newest, format: 'json' } }],
    ['get_cases', 200, { query: { state: 'ALL', limit: '1', after: await first('/v1/cases?state=ALL&limit=1') } }],
    ['get_cases', 200, { query: { state: 'ALL' } }],
    ['get_cases', 200, { query: { limit: '1' }, headers: csv }],
    ['get_cases', 400, { query: { state: 'x' } }],
    ['get_statistics', 200, { query: { issuer: 'BO', from: '2025-11', to: '2025-12', mismatch: '1', ...newest, format: 'json' } }],
    ['get_statistics', 200, { query: { limit: '1', after: await first('/v1/statistics?limit=1') } }],
    ['get_statistics', 200, { query: { limit: '1', format: 'csv' } }],
    ['get_statistics', 400, { query: { mismatch: '2' } }],
    ['get_month', 200, { path: ['BO', '2025-12'], query: newest }],
    ['get_month', 400, { path: ['BO', '2025-12'], query: wrong }],
    ['get_month', 404, { path: ['BO', '2024-01'] }],
    ['get_list', 200, { query: { issuer: 'BO', attest: '1', status: 'ALL', on: '2026-03-01', ...newest, limit: '5000' } }],
    ['get_list', 200, { query: { issuer: 'PE', limit: '5000' } }],
    ['get_list', 200, { query: { issuer: 'BR', limit: '5000', status: 'ALL' } }],
    ['get_list', 200, { query: { issuer: 'BO', limit: '3', format: 'json', after: await first('/v1/list?issuer=BO&limit=3') } }],
    ['get_list', 200, { query: { issuer: 'BO', limit: '3', format: 'csv' } }],
    ['get_list', 200, { query: { by: 'BR', on: '2026-03-01', limit: '200' } }],
    ['get_list', 200, { query: { by: 'CL' } }],
    ['get_list', 200, { query: { by: 'PE', limit: '3' }, headers: csv }],
    ['get_list', 400, { query: {} }],
    ['get_changes', 200, { query: { since: '0', limit: '5000', ...newest, format: 'json' } }],
    ['get_changes', 200, { query: { since: '2', limit: '20', by: 'PE', arrangement: 'ARR' } }],
    ['get_changes', 200, { query: { since: '0', limit: '5', format: 'csv' } }],
    ['get_changes', 200, { query: { since: '0', limit: '5', after: await first('/v1/changes?since=0&limit=5') } }],
    ['get_changes', 400, { query: {} }],
    ['get_changes', 400, { query: { since: '99999999' } }],
    ['get_stream', 200, { query: { since: '2', by: 'PE', arrangement: 'ARR' } }],
    ['get_stream', 200, { headers: { 'Last-Event-ID': '6/0' } }],
    ['get_stream', 400, { query: { since: '99999999' } }],
    ['get_indicators', 200, { query: { ...newest, limit: '5000', format: 'json', period: 'month' } }],
    ['get_indicators', 200, { query: { arrangement: 'ARR', reporter: 'PE', partner: 'BR', flow: 'IMPORT', mode: 'SEA', from: '2025-01', to: '2026-12', period: 'quarter' } }],
    ['get_indicators', 200, { query: { group_by: 'reporter', limit: '1', after: await first('/v1/indicators?group_by=reporter&limit=1') } }],
    ['get_indicators', 200, { query: { group_by: 'none', format: 'csv' } }],
    ['get_indicators', 400, { query: { period: 'week' } }],
    ['get_worklist', 200, { query: { ...newest, limit: '5000', format: 'json', days: '365', on: new Date().toISOString().slice(0, 10) } }],
    ['get_worklist', 200, { query: { issuer: 'BR', limit: '1', after: await first('/v1/worklist?issuer=BR&limit=1') } }],
    ['get_worklist', 200, { query: { limit: '2' }, headers: csv }],
    ['get_worklist', 400, { query: { days: '9999' } }],

    ['get_members', 200, { query: { known_at: height } }],
    ['get_members', 400, { query: wrong }],
    ['get_member_keys', 200, { path: ['PE'], query: newest }],
    ['get_member_keys', 400, { path: ['PE'], query: wrong }],
    ['get_member_keys', 404, { path: ['ZZ'] }],
    ['get_disputed', 200, { path: ['PE'], query: newest }],
    ['get_disputed', 200, { path: ['PE'], query: { after: '60' } }],
    ['get_disputed', 400, { path: ['PE'], query: { after: 'x' } }],
    ['get_disputed', 404, { path: ['zz'] }],
    ['get_compromised', 200, { path: ['PE'], query: { on: byAlias.on, ...newest, limit: '200', format: 'json' } }],
    ['get_compromised', 200, { path: ['PE'], query: { limit: '20', after: await first('/v1/members/PE/compromised?limit=1') } }],
    ['get_compromised', 200, { path: ['PE'], query: { limit: '2', after: before }, headers: csv }],
    ['get_compromised', 200, { path: ['PE'], query: { limit: '2', after: before } }],
    ['get_compromised', 400, { path: ['PE'], query: { after: 'x' } }],
    ['get_compromised', 404, { path: ['ZZ'] }],
    ['get_parameters', 200, { query: newest }],
    ['get_parameters', 400, { query: wrong }],
    ['get_proposals', 200, { query: newest }],
    ['get_proposals', 200, { query: { opener: 'BO' } }],
    ['get_proposals', 400, { query: { opener: 'BOX' } }],
    ['get_arrangements', 200, { query: { on: '2026-03-01', ...newest } }],
    ['get_arrangements', 400, { query: wrong }],
    ...['0', '1', height, String(published)].map((each) => ['get_block', 200, { path: [each] }]),
    ['get_block', 400, { path: ['x'] }],
    ['get_block', 404, { path: ['99999999'] }],
    ['get_checkpoints', 200, { query: { from: '3' } }],
    ['get_checkpoints', 400, { query: { from: 'x' } }],

    ['post_record', 200, { body: record('BR-PERSON'), headers: json, at: 'BR' }],
    ['post_record', 400, { body: '{}', headers: json }],
    ['post_record', 401, { body: record('BR-PERSON'), headers: json, at: 'CL' }],
    ['post_record', 403, { body: record('BR-PERSON'), headers: { ...json, ...as('reader') }, at: 'CL' }],
    ['post_record', 404, { body: record('BR-PERSON'), headers: json, at: 'follower' }],
    ['post_record', 410, { body: record('BR-GONE'), headers: json, at: 'BR' }],
    ['post_record', 415, { body: record('BR-PERSON'), headers: cose, at: 'BR' }],
    ['post_record', 422, { body: JSON.stringify({ subject: 'BR-PERSON', kind: 'tin', record: 'AAAA' }), headers: json, at: 'BR' }],
    ['get_identity', 200, { path: ['BO', world.firm] }],
    ['get_identity', 200, { path: ['BR', 'BR-PERSON'], at: 'BR' }],
    ['get_identity', 200, { path: aChilean, headers: as('personal'), at: 'CL' }],
    ['get_identity', 400, { path: ['BO', world.firm], query: wrong }],
    ['get_identity', 401, { path: aChilean, at: 'CL' }],
    ['get_identity', 401, { path: aChilean, headers: { Authorization: 'Bearer another' }, at: 'CL' }],
    ['get_identity', 403, { path: ['BR', 'BR-PERSON'], headers: as('personal'), at: 'CL' }],
    ['get_identity', 404, { path: ['BO', 'NOBODY'] }],
    ['get_identity', 410, { path: ['BR', 'BR-GONE'], at: 'BR' }],
    ['get_report', 200, { path: ['BO', world.firm], query: { ...newest, format: 'json' } }],
    ['get_report', 200, { path: ['BO', world.firm], query: { limit: '1' }, headers: csv }],
    ['get_report', 200, { path: ['BO', world.firm], query: { limit: '1', after: await first(`/v1/operators/BO/${world.firm}/report?limit=1`) } }],
    ['get_report', 200, { path: ['BR', 'BR-PERSON'], at: 'BR' }],
    ['get_report', 200, { path: ['BR', 'BR-GONE'], at: 'BR' }],
    ['get_report', 200, { path: ['BR', 'BR-GONE'], at: 'follower' }],
    ['get_report', 400, { path: ['BO', world.firm], query: wrong }],
    ['get_report', 401, { path: aChilean, at: 'CL' }],
    ['get_report', 403, { path: aChilean, headers: as('submitter'), at: 'CL' }],
    ['get_report', 404, { path: ['BO', 'NOBODY'] }],
    ['get_names', 200, { query: { issuer: 'BO', name: 'import', limit: '1', after: await first('/v1/names?issuer=BO&name=import&limit=1') } }],
    ['get_names', 200, { query: { issuer: 'BR', name: 'ninguem' }, at: 'BR' }],
    ['get_names', 400, { query: { issuer: 'BO' } }],
    ['get_names', 401, { query: { issuer: 'CL', name: 'a' }, at: 'CL' }],
    ['get_names', 403, { query: { issuer: 'CL', name: 'a' }, headers: as('reader'), at: 'CL' }],
    ['get_names', 404, { query: { issuer: 'BO', name: 'a' }, at: 'follower' }],
    ['get_erasures', 200, { at: 'BR' }],
    ['get_erasures', 400, { query: wrong }],

    ['get_genesis', 200, {}],
    ['get_genesis', 304, { again: true }],
    ['get_checkpoint', 200, {}],
    ['get_checkpoint', 304, { again: true }],
    ['get_checkpoint_at', 200, { path: [String(heights[0])] }],
    ['get_checkpoint_at', 200, { path: [String(heights.at(-1))] }],
    ['get_checkpoint_at', 304, { path: [String(heights[0])], again: true }],
    ['get_checkpoint_at', 404, { path: ['99999999'] }],
    ['get_policy', 200, { path: ['0'] }],
    ['get_policy', 200, { path: ['1'] }],
    ['get_policy', 304, { path: ['1'], again: true }],
    ['get_policy', 404, { path: ['9'] }],
    ['get_handover', 200, { path: ['1'] }],
    ['get_handover', 304, { path: ['1'], again: true }],
    ['get_handover', 404, { path: ['0'] }],
    ['get_tile', 200, { path: [size < 256 ? `0/000.p/${size}` : '0/000'] }],
    ['get_tile', 200, { path: ['entries/000.p/1'] }],
    ['get_tile', 304, { path: ['entries/000.p/1'], again: true }],
    ['get_tile', 404, { path: ['0/999'] }],
    ['get_quorum', 200, { path: [height] }],
    ['get_quorum', 304, { path: [height], again: true }],
    ['get_quorum', 404, { path: ['99999999'] }],
    ['get_evidence_list', 200, {}],
    ['get_evidence', 404, { path: ['00'] }],

    ['get_health', 200, {}],
    ['get_readiness', 200, {}],
    ['get_metrics', 200, {}],
    ['get_node_status', 200, {}],
    ['get_node_status', 200, { at: 'follower' }],
    ['get_node_status', 400, { query: wrong }],
    ['get_description', 200, {}],
    ['get_description', 400, { query: wrong }],
    ['get_records_file', 501, { path: ['x'] }],
    ...['get_console', 'get_verify_page'].flatMap((page) => [[page, 200, {}], [page, 304, { again: true }]]),
    ...(script ? [['get_console_file', 200, { path: [script] }], ['get_console_file', 304, { path: [script], again: true }]] : []),
    ['get_console_file', 404, { path: ['none.js'] }],
  ];
  return { calls, excused: script ? {} : { 'get_console_file 200': 'built without npm', 'get_console_file 304': 'built without npm' } };
}

// What no call here brings about, and why. One that is brought about must not stand here.
export const UNREACHED = {
  'post_submission 429': 'sixteen thousand submissions would have to wait',
  'post_draft 429': 'sixty drafts would have to be asked for',
  'post_draft 503': 'the node would have to be stopping or catching up',
  'post_submission 503': 'the node would have to be stopping or catching up',
  'get_recognition 404': 'every node has published a checkpoint by then',
  'get_status_list 404': 'every node has published a checkpoint by then',
  'get_status_list 413': 'one administration would have to have some ten thousand certificates',
  'get_status_proof 404': 'every node has published a checkpoint by then',
  'get_stream 503': 'sixty-four others would have to listen',
  'post_record 503': 'the disk would have to fail',
  'get_checkpoint 404': 'every node has published a checkpoint by then',
  'get_evidence 200': 'no member contradicts itself',
  'get_evidence 304': 'no member contradicts itself',
  'get_readiness 503': 'the nodes are ready',
};

// Described by hand, and in no answer here, with the reason.
export const UNSEEN = {
  'Answer.stale': 'the network would have to stand still for three minutes',
  'IndicatorGroup.p50_at_least': 'half of the sample\'s declarations would have to take three days',
  'get_member_keys.keys.label': 'keys of a genesis have no label',
  'get_compromised.items.reaffirmed_on': 'the one who lost its key has no other to stand by its events with',
  'get_evidence_list.evidence.path': 'no member contradicts itself',
  'get_evidence_list.evidence.administration': 'no member contradicts itself',
  'get_node_status.sources.detail': 'the follower\'s source is well',
};

// In some runs and not in others.
export const SOMETIMES = {
  'get_exposure.natural_person': 'an import that fell into other blocks leaves another certificate that somebody relied on',
};
