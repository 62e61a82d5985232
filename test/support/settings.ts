// Settings of the tests begin as turnspan's own variables do, and turnspan says of a variable with such a name that there
// is none. So they have other names in the processes in which it runs.

const GIVEN = 'TURNSPAN_TEST_'
const ASIDE = 'TESTS_OF_TURNSPAN_'

/** The value of `TURNSPAN_TEST_<name>` as it was given to the test run; `undefined` where it was not, or is empty. */
export function testSetting(name: 'CACHE' | 'CHROMIUM' | 'MLFLOW'): string | undefined {
  return process.env[GIVEN + name] || process.env[ASIDE + name] || undefined
}

/** Gives the settings names that turnspan does not look at. */
export function setSettingsAside(): void {
  for (const name of Object.keys(process.env)) {
    if (!name.startsWith(GIVEN)) continue
    process.env[ASIDE + name.slice(GIVEN.length)] = process.env[name]
    delete process.env[name]
  }
}
