/** Settings files as people write them: each must come back to the byte after connecting and disconnecting. */
export const settingsFiles: Readonly<Record<string, string>> = {
  'an empty file': '',
  'a file with one blank line': '\n',
  'an empty object': '{}',
  'an empty object over two lines': '{\n}\n',
  'an empty object with a comment': '{\n  // nothing here yet\n}\n',
  'two spaces, as agents write it': '{\n  "model": "opus",\n  "env": { "A": "1" }\n}\n',
  'four spaces and no line end at the end': '{\n    "model": "opus"\n}',
  tabs: '{\n\t"permissions": {\n\t\t"allow": [\n\t\t\t"Bash(npm test)"\n\t\t]\n\t}\n}\n',
  'Windows line ends': '{\r\n  "model": "opus",\r\n  "theme": "dark"\r\n}\r\n',
  'a byte order mark': '\uFEFF{\n  "model": "opus"\n}\n',
  'one line': '{"model":"opus","permissions":{"deny":["Read(.env)"]}}',
  'comments everywhere':
    '// mine\n{\n  /* first */ "model": "opus", // the big one\n  // before the end\n  "theme": "dark" // no comma\n  // after the last\n}\n// done\n',
  'trailing commas': '{\n  "model": "opus",\n  "list": [1, 2, 3,],\n}\n',
  'a trailing comma with a comment': '{\n  "model": "opus", // keep\n}\n',
  'hooks of others for the same events':
    '{\n  "hooks": {\n    "Stop": [\n      {\n        "hooks": [\n          { "type": "command", "command": "say done" }\n        ]\n      }\n    ],\n    "SessionStart": [{ "matcher": "startup", "hooks": [{ "type": "command", "command": "date" }] }]\n  },\n  "model": "opus"\n}\n',
  'hooks of others with comments and trailing commas':
    '{\n  "hooks": {\n    "PreToolUse": [ // guards\n      { "matcher": "Bash", "hooks": [{ "type": "command", "command": "./guard.sh", },], },\n    ],\n  },\n}\n',
  'hooks that are empty': '{\n  "hooks": {},\n  "model": "opus"\n}\n',
  'hooks that are empty over two lines': '{\n  "hooks": {\n  }\n}\n',
  'an event with an empty list': '{\n  "hooks": {\n    "Stop": [],\n    "SessionEnd": [\n    ]\n  }\n}\n',
  'lists within lists':
    '{\n  "matrix": [[1, [2, [3]]], []],\n  "deep": {"a": {"b": {"c": [{}, {"d": []}]}}}\n}\n',
  'text beyond ASCII': '{\n  "notes": "Größe 日本語 😀 \\u00e9",\n  "ключ": true\n}\n',
  'one name twice':
    '{\n  "model": "a",\n  "hooks": { "Stop": [] },\n  "model": "b",\n  "hooks": {\n    "Stop": []\n  }\n}\n',
  'odd white space': ' \t{ "model"  :\t"opus" ,\n\n\n   "theme":"dark"\n\n}   \n\n',
  'old Macintosh spaces and form feeds in texts': '{\n  "a": "\\f\\r\\n",\n  "b": "\\/"\n}\n',
  'a huge file': `{\n  "permissions": {\n    "allow": [\n${Array.from({ length: 20_000 }, (_, i) => `      "Bash(run ${i})"`).join(',\n')}\n    ]\n  }\n}\n`,
};
