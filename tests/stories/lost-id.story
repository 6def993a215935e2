# A lost ID in English: wrong answers first, a parent added, a change on review, then a ticket.
expect attract
tap start
expect language
tap choose.en
expect home
tap form
tap form.lost_id
expect consent
tap agree
expect question
tap next
expect question
expect-text full name
type 12345
tap next
expect-text full name
type Nyambura Wairimu Gathogo
tap next
expect-text ID number
type 12
tap next
expect-text ID number
type 29384756
tap next
expect wheel.day
tap next
expect wheel.day
type 31/2/1985
tap next
expect wheel.day
type 14/2/1985
tap next
expect-text phone number
type 0812 345 678
tap next
expect-text phone number
type 0722 918 273
tap next
expect filter
type kiambu
expect choice.022
tap choice.022
tap next
type Githunguri East
tap next
tap skip
type 2/1/2099
tap next
expect wheel.year
type 20/11/2026
tap next
type Ruaka stage matatu
tap next
expect choice.father
tap skip
tap skip
tap skip
expect repeat
tap repeat.add
tap choice.mother
tap next
type Wambui Muthoni Kariuki
tap next
type 8273645
tap next
expect repeat
tap repeat.done
tap answer
tap next
expect review
expect-text Nyambura Wairimu
tap change.full_name
expect question
type Nyambura Wairimu Njoki
tap next
expect review
expect-text Njoki
expect-no Gathogo
tap submit
expect submitted
expect-no Nyambura
tap take-ticket
tap class.none
expect ticket
tap done
expect goodbye
tap done
expect attract
