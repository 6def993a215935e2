# A reply wanted and then not: what was typed for it is gone; an opinion.
tap start
tap choose.en
tap form
tap form.complaint
tap agree
tap choice.KRA
tap next
tap skip
tap choice.asked_bribe
tap next
type The man at desk four wanted "kitu kidogo" <500/=> & a soda
tap next
tap skip
type A1!!
tap next
type A101
tap next
tap choice.yes
tap next
tap skip
tap next
expect-text phone
type 0745 999 000
tap next
expect review
tap change.want_reply
tap choice.no
tap next
expect review
expect-no 0745
tap submit
expect submitted
tap home
tap form
tap form.public_participation
language sw
tap agree
tap next
type Mtandao wa Vijana Lamu
tap next
type AK 123456
tap next
tap choice.yes
tap next
tap choice.no
tap next
type Sehemu ya tatu
tap next
type Iongezwe lugha za mama
tap next
tap skip
expect review
language en
tap submit
expect submitted
tap done
