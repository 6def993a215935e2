# Nobody there; then no network, no paper, no cable, and the power cut three times.
tap start
tap choose.en
tap form
tap form.lost_id
tap agree
type Halkano Guyo Jarso
wait 61
expect more-time
tap more-time
expect question
expect-text Halkano
tap text-size
tap theme
language sw
expect-text Halkano
tap next
type 27364554
wait 91
expect attract
expect-no Halkano
expect-no 27364554
tap start
tap choose.en
expect home
tap form
tap form.lost_id
tap agree
expect-no Halkano
wait 65
tap end-now
expect goodbye
wait 11
expect attract
network down
tap start
tap choose.en
tap find
tap category.health
tap service.SHA-02
tap take-ticket
tap class.none
expect ticket
end-visit
tap start
tap choose.sw
tap form
tap form.police_abstract
tap agree
type Fatuma Abdirahman Noor
tap next
tap skip
tap choice.id
tap next
tap skip
type 10/11/2026
tap next
type Garissa Soko Mugdi
tap next
type 0720 564 738
cut-power
expect attract
expect-no Fatuma
tap start
tap choose.en
tap form
tap form.police_abstract
tap agree
type Fatuma Abdirahman Noor
tap next
tap skip
tap choice.sim
tap next
tap skip
type 10/11/2026
tap next
type Garissa Soko Mugdi
tap next
type 0720 564 738
tap next
tap answer
tap next
tap submit
expect submitted
cut-power
network up
printer paper-out
tap start
tap choose.en
tap find
tap category.tax
tap service.KRA-01
tap take-ticket
tap class.none
expect ticket
cut-power
printer ready
tap start
tap choose.sw
printer unplug
tap find
tap category.land
tap service.LAND-01
tap take-ticket
tap class.none
expect ticket
printer plug
end-visit
