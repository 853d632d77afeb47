/** Irregular forms of English, each line a base form and what stands for it. A stemmer can't know these. */
const forms = `
be am is are was were been being
begin began begun
break broke broken
bring brought
build built
buy bought
catch caught
choose chose chosen
come came
cut cutting
deal dealt
do does did done
draw drew drawn
drink drank drunk
drive drove driven
eat ate eaten
fall fell fallen
feel felt
fight fought
find found
fly flew flown
forget forgot forgotten
freeze froze frozen
get got gotten
give gave given
go goes went gone
grow grew grown
hang hung
have has had
hear heard
hide hid hidden
hold held
keep kept
know knew known
lead led
learn learnt
leave left
lend lent
lose lost
make made
mean meant
meet met
pay paid
ride rode ridden
ring rang rung
rise rose risen
run ran
say said
see saw seen
seek sought
sell sold
send sent
shake shook shaken
shoot shot
show shown
sing sang sung
sink sank sunk
sit sat
sleep slept
speak spoke spoken
spend spent
split splitting
stand stood
steal stole stolen
stick stuck
strike struck
swim swam swum
take took taken
teach taught
tell told
think thought
throw threw thrown
understand understood
wake woke woken
wear wore worn
win won
write wrote written
child children
person people
man men
woman women
foot feet
tooth teeth
mouse mice
life lives
wife wives
index indices indexes
matrix matrices
vertex vertices
good better best
bad worse worst
`;

const bases = new Map<string, string>();
for (const line of forms.trim().split('\n')) {
  const [base, ...others] = line.split(' ');
  for (const other of others) bases.set(other, base!);
}

/** `went` → `go`; a word without an irregular form as it is. */
export function baseForm(word: string): string {
  return bases.get(word) ?? word;
}
