# Too young, then a pension already paid, then neither; a request for information.
tap start
tap choose.en
tap form
tap page.next
tap form.inua_jamii
tap agree
type Mzee Kazungu Karisa
tap next
type 1234567
tap next
type 5/5/1990
tap next
expect wheel.year
type 5/5/1950
tap next
tap choice.yes
tap next
expect question
tap back
tap choice.no
tap next
type kilifi
tap choice.003
tap next
type Ganze Vitengeni
tap next
type Mapenzi Kazungu
tap next
type 33445566
tap next
type 0799 887 766
tap next
tap answer
tap next
expect review
tap submit
expect submitted
tap take-ticket
tap class.elderly
expect ticket
end-visit
tap start
tap choose.sw
tap form
tap form.ati_request
tap agree
type Chepkoech Langat
tap next
type not an address
tap next
type chep.langat@example.co.ke
tap next
type Wizara ya Ardhi
tap next
type Nataka kujua hali ya hati ya shamba LR 1029/77
tap next
tap choice.electronic
tap next
tap skip
tap skip
tap submit
expect submitted
end-visit
