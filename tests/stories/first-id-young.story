# A youth who is too young, then old enough; back and forth; photo of every page.
tap start
tap choose.en
tap find
tap category.identity
tap service.NRB-01
picture service-page
tap fill-form
tap agree
type 12345
tap next
expect question
type Jane
tap next
type 1/1/2015
tap next
expect question
picture too-young
type 15/7/2008
tap next
tap choice.intersex
tap next
tap skip
type Father Unknown
tap next
tap back
tap skip
type Mother Known Wambui
tap next
type Kwale
tap choice.002
tap next
type Kinango
tap next
type Mackinnon Road
tap next
type Taru
tap next
tap skip
tap answer
tap next
expect review
tap change.county
type Kilifi
tap choice.003
tap next
expect review
expect-text Kilifi
tap change.father_name
type Mwadzombo Chengo
tap next
tap submit
expect submitted
tap take-ticket
tap class.none
expect ticket
tap done
end-visit
