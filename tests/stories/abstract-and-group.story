# An abstract in large letters and another theme; a group of too few members, then enough.
tap start
tap choose.sw
tap find
tap category.civil
tap page.next
tap page.previous
tap back
tap search
type absract ya polisi
tap back
tap home
tap form
tap form.police_abstract
tap agree
tap listen
tap text-size
type Onyango Ouma Jaramogi
tap theme
tap next
type 30192837
tap next
tap choice.other
tap next
type KBZ 882 T-991
tap next
type 1/11/2026
tap next
type Kondele roundabout
tap next
type 0701112131
tap next
tap answer
tap next
tap text-size
tap text-size
tap change.place_lost
type Kisumu Oile market
tap next
tap submit
expect submitted
tap home
tap form
tap form.group_reg
tap agree
type Tujitegemee Umoja
tap next
tap choice.community_project
tap next
type nairobi
tap choice.047
tap next
type Westlands
tap next
type Kangemi
tap next
type 3
tap next
tap skip
type 2
tap next
expect question
expect-text wanachama 10
type 9
tap next
tap skip
type 1
tap next
tap skip
type Awuor Adhiambo
tap next
type 22334455
tap next
type 0722000333
tap next
type Kerubo Moraa
tap next
type 22334456
tap next
type 0722000334
tap next
type Zawadi Mwakio
tap next
type 22334457
tap next
type 0722000335
tap next
tap mark
tap next
expect review
tap submit
expect submitted
tap done
tap done
