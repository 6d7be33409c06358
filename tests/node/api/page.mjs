// SPDX-License-Identifier: Apache-2.0
// docs/openapi.yaml as the checks read it: its operations, and validators that take nothing that is not described.
import fs from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

const ROOT = 'urn:quipu:page';

// The page lets answers grow; here a field that it does not name is a fault. Members of allOf and the like stay open, since
// what holds them is closed.
function closed(schema, open = false) {
  if (Array.isArray(schema)) return schema.map((each) => closed(each, open));
  if (schema === null || typeof schema !== 'object') return schema;
  const out = {};
  for (const [key, value] of Object.entries(schema)) {
    if (key === '$ref') out.$ref = ROOT + value;
    else if (key === 'properties') out.properties = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, closed(each)]));
    else if (['allOf', 'oneOf', 'anyOf'].includes(key)) out[key] = closed(value, true);
    else if (key === 'items') out.items = closed(value);
    else out[key] = value;
  }
  const mayHaveFields = ['properties', '$ref', 'allOf', 'oneOf', 'anyOf'].some((key) => key in schema);
  if (!open && mayHaveFields) out.unevaluatedProperties = false;
  return out;
}

export class Page {
  constructor(text, document = parse(text)) {
    this.text = text;
    this.byHand = text.slice(0, text.indexOf('# Written by tests/node/api'));
    this.document = document;
    this.ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: true });
    addFormats(this.ajv);
    const schemas = Object.entries(this.document.components.schemas).map(([name, schema]) => [name, closed(schema, true)]);
    this.ajv.addSchema({ $id: ROOT, components: { schemas: Object.fromEntries(schemas) } });
    this.compiled = new Map();
    this.operations = new Map();
    for (const [path, methods] of Object.entries(this.document.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        this.operations.set(operation.operationId, { path, method: method.toUpperCase(), ...operation });
      }
    }
  }

  static read(path) {
    return new Page(fs.readFileSync(path, 'utf8'));
  }

  resolved(node) {
    if (!node?.$ref) return node;
    return node.$ref.split('/').slice(1).reduce((at, key) => at[key], this.document);
  }

  // What keeps the value from being what the schema says; empty when nothing does. `open`: the value may have more.
  faults(schema, value, open = false) {
    if (!this.compiled.has(schema)) this.compiled.set(schema, this.ajv.compile(closed(schema, open)));
    const validate = this.compiled.get(schema);
    return validate(value) ? '' : this.ajv.errorsText(validate.errors.slice(0, 5)) + ': ' + JSON.stringify(validate.errors[0].params);
  }

  // Calls `found` for each field that the schema describes and the value has.
  visit(schema, value, place, found) {
    if (!schema || value === null || typeof value !== 'object') return;
    if (schema.$ref) this.visit(this.resolved(schema), value, schema.$ref.split('/').at(-1), found);
    for (const each of schema.allOf ?? []) this.visit(each, value, place, found);
    for (const each of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) {
      if (this.faults(each, value, true) === '') this.visit(each, value, place, found);
    }
    if (Array.isArray(value)) return value.forEach((each) => this.visit(schema.items, each, place, found));
    for (const [name, each] of Object.entries(schema.properties ?? {})) {
      if (!(name in value)) continue;
      found(`${place}.${name}`);
      this.visit(each, value[name], `${place}.${name}`, found);
    }
  }

  // Every field described by hand, under the same names. What is made from the schemas is not asked for.
  fields() {
    const all = new Map();  // the properties that it stands in
    const walk = (schema, place) => {
      if (!schema) return;
      for (const key of ['allOf', 'oneOf', 'anyOf']) for (const each of schema[key] ?? []) walk(each, place);
      walk(schema.items, place);
      for (const [name, each] of Object.entries(schema.properties ?? {})) {
        const field = `${place}.${name}`;
        all.set(field, [...(all.get(field) ?? []), schema.properties]);
        walk(each, field);
      }
    };
    for (const [name, schema] of Object.entries(this.document.components.schemas)) {
      if (this.byHand.includes(`\n    ${name}:`) && name !== 'Question') walk(schema, name);
    }
    for (const [id, operation] of this.operations) {
      for (const response of Object.values(operation.responses)) {
        const place = response.$ref ? response.$ref.split('/').at(-1) : id;
        walk(this.resolved(response).content?.['application/json']?.schema, place);
      }
    }
    return all;
  }

  // The same page, had somebody forgotten the field.
  without(field) {
    const other = new Page(this.text, structuredClone(this.document));
    for (const properties of other.fields().get(field)) delete properties[field.split('.').at(-1)];
    return new Page(this.text, other.document);
  }

  schemaOf(id, status, type) {
    return this.resolved(this.operations.get(id).responses[status])?.content?.[type]?.schema;
  }
}
