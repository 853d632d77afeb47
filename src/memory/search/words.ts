import { termOf } from './tokens';

/** Words that say nothing about what a text is about. */
const functionWords = `a an the this that these those of to in on at by for from with without into onto over under
about after before during between through up down off out again and or but if so as than then there here when
where why how what which who whom whose is are was were be been being am do does did done doing have has had having
will would can could should shall may might must not no nor yes i me my mine we us our you your he him his she her
it its they them their just very too also any some all each both more most other such only own same s t d m ll re ve
don please`;

export const stopTerms: ReadonlySet<string> = new Set(
  functionWords.split(/\s+/).flatMap((word) => [word, termOf(word)]),
);

/** Words of the trade that mean the same: whoever looks for one may have written the other. */
const sameMeaning = `
auth authentication login
authz authorization permission
config configuration settings
db database
deps dependencies
dir directory folder
doc documentation
env environment
err error exception
fix repair
fn function
impl implementation
info information
init initialize
lib library
msg message
param parameter argument
perf performance
pkg package
prod production
repo repository
delete remove
test spec
ts typescript
js javascript
py python
k8s kubernetes
crash panic
async asynchronous
sync synchronize
ui interface
util helper
var variable
ver version
`;

const alike = new Map<string, string[]>();
for (const line of sameMeaning.trim().split('\n')) {
  const terms = line.split(' ').map(termOf);
  for (const term of terms) alike.set(term, [...(alike.get(term) ?? []), ...terms.filter((t) => t !== term)]);
}

/** Other terms of the same meaning; few, or none. */
export function synonymsOf(term: string): readonly string[] {
  return alike.get(term) ?? [];
}
