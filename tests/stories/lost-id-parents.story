# Two parents, one removed by going back; sizes and themes on the way.
tap start
tap choose.en
tap text-size
tap form
tap form.lost_id
tap agree
tap theme
type Nyaboke Kwamboka Omwamba
tap next
tap skip
type 31/12/1999
tap next
type 0733 000 111
tap next
type Nyamira
tap choice.046
tap next
type Borabu
tap next
tap skip
type 1/11/2026
tap next
type Keroka market
tap next
tap choice.mother
tap next
type Bosibori Nyanchama
tap next
type 7654321
tap next
expect repeat
tap repeat.add
tap choice.father
tap next
tap skip
tap skip
expect repeat
tap text-size
picture repeat-large
tap repeat.done
tap answer
tap next
expect review
picture review-large
tap page.next
picture review-large-2
tap page.previous
tap keep
expect kept
picture kept
tap continue
expect review
tap submit
expect submitted
end-visit
tap start
tap choose.en
tap form
tap resume
type ABCD-1234
tap next
expect resume
picture resume-wrong
end-visit
