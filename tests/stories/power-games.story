# The power goes at the worst moments.
tap start
tap choose.en
tap find
tap by-office
tap agency.NTSA
tap service.NTSA-05
tap take-ticket
tap class.pregnant
cut-power
expect attract
tap start
tap choose.sw
tap form
tap form.ati_request
tap agree
type Wairimũ Ng'ang'a
tap next
type 0722-909-111
tap next
type County Assembly of Laikipia
tap next
type Minutes of the budget meeting, <March> & "April" 2026
tap next
tap choice.electronic
tap next
tap choice.yes
tap next
tap skip
expect review
tap submit
cut-power
tap start
tap choose.en
tap status
expect-no Wairim
end-visit
network down
tap start
tap choose.en
tap form
tap form.complaint
tap agree
type KPLC
tap choice.KPLC
tap next
tap skip
tap choice.too_long_wait
tap next
type Token haijafika, mita 3711-0099-228
tap next
tap skip
tap skip
tap choice.no
tap next
expect review
end-visit
expect-no Token
network up
printer unplug
tap start
tap choose.en
tap ticket
tap category.education
tap service.HELB-02
tap take-ticket
tap class.none
expect ticket
printer plug
end-visit
expect attract
