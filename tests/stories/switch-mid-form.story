# A group registered in two languages at once, in a van.
tap start
tap choose.sw
tap form
tap form.group_reg
tap agree
type Wamama Tujiinue Ngũĩ
language en
expect-text Wamama Tujiinue
tap next
language sw
tap choice.women
language en
expect choice.women
tap next
language sw
type Turkana
tap choice.023
language en
tap next
type Turkana Central
tap next
type Lodwar Township
tap next
type 0
language sw
tap next
type 2
language en
tap next
type 0
tap next
expect question
type 15
tap next
picture pwd
type 3
tap next
type 16
language sw
tap next
tap back
type 8
tap next
tap skip
type Nakuru Ekal Lopeyok
tap next
type 30000451
tap next
type +254 711 909 808
tap next
type Akiru Ebei
tap next
type 30000452
tap next
type 0711 909 809
tap next
type Lokwang Erupe
tap next
type 30000453
tap next
type 0110 909 810
tap next
tap answer
tap next
expect review
language en
expect-text Turkana
tap change.chair_name
expect-text Nakuru Ekal
type Nakuru Ekal Lopeyok Ngasike
tap next
expect review
expect-text Ngasike
picture review
tap submit
expect submitted
picture submitted
language sw
expect submitted
tap take-ticket
tap class.pwd
expect ticket
tap rate
tap face.5
tap send
end-visit
