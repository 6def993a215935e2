# All day without a network; it comes back only for the drain.
network down
tap start
tap choose.sw
tap find
tap category.business
tap service.BRS-01
tap take-ticket
tap class.none
expect ticket
picture offline-ticket
tap home
tap find
tap category.jobs
tap service.NITA-01
tap take-ticket
tap class.unwell
expect ticket
end-visit
tap start
tap choose.en
tap form
tap form.inua_jamii
tap agree
type Gatimu Mbugua Njoroge
tap next
type 1234567
tap next
type 1/1/1990
tap next
expect question
type 5/5/1948
tap next
tap choice.yes
tap next
expect-text stop
picture stops-here
tap back
tap choice.no
tap next
type Muranga
tap choice.021
tap next
type Kahuro
tap next
type Wangari Gatimu
tap next
type 31313131
tap next
type 0705 808 808
tap next
tap answer
tap next
expect review
tap submit
expect submitted
expect submitted
tap rate
tap face.1
tap send
end-visit
network up
network down
tap start
tap choose.en
tap form
tap form.police_abstract
tap agree
type Tabitha Syombua
tap next
tap skip
tap choice.passport
tap next
type AK0987123
tap next
type 31/10/2026
tap next
type Between Mtito Andei and Voi
tap next
type 254712000111
tap next
tap answer
tap next
tap submit
expect submitted
network up
