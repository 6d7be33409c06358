// SPDX-License-Identifier: Apache-2.0
// A stranger's linter on the API's description, all of its recommended rules, warnings as bad as errors.
// Usage: lint.mjs OPENAPI.yaml
import { createConfig, lint } from '@redocly/openapi-core';

const config = await createConfig({
  extends: ['recommended'],
  rules: {
    // A route that nobody can call wrongly has no 4xx of its own: what any route may answer is its default.
    'operation-4xx-response': 'off',
    'no-unused-components': 'error',
    'no-invalid-media-type-examples': { severity: 'error', allowAdditionalProperties: true },
    'no-invalid-parameter-examples': 'error',
    'path-parameters-defined': 'error',
    'operation-operationId': 'error',
    'operation-operationId-unique': 'error',
  },
});
const problems = await lint({ ref: process.argv[2], config });
for (const { ruleId, message, location } of problems) {
  console.error(`${ruleId}: ${message}\n  at ${location.map((place) => place.pointer ?? '').join(' ')}`);
}
console.log(`${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
