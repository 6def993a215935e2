# Five people who never finish; nothing of them may be seen by the sixth.
tap start
tap choose.en
tap form
tap form.death_cert
tap agree
type Mzee Chepkwony Arap Bett
tap next
type 11223344
tap next
type 3/10/2026
tap next
type Kapkatet sub-county hospital
end-visit
tap start
tap choose.sw
expect-no Chepkwony
tap form
tap form.death_cert
tap agree
expect-no Chepkwony
expect-no 11223344
tap home
expect home
wait 61
expect end-now
tap more-time
expect home
wait 120
expect attract
tap start
tap choose.sw
tap feedback
tap kind.complaint
tap words
type Bw. Sitienei alinitukana dirishani
wait 95
expect attract
tap start
tap choose.en
tap feedback
tap kind.complaint
expect-no Sitienei
tap back
tap back
tap find
tap search
type nimepoteza pasipoti ya Naserian
end-visit
tap start
tap choose.en
tap find
tap search
expect-no Naserian
expect search
end-visit
tap start
tap choose.en
tap form
tap form.birth_cert
tap agree
type Precious Naserian Leshore
tap next
type 12/8/2026
tap next
tap choice.female
tap next
type Wamba Catholic Mission
tap next
type BN-99812
tap next
type Nolmongen Lekisima
tap next
type 29881177
tap next
tap skip
tap skip
tap choice.parent
tap next
type 0799 111 909
tap next
tap answer
tap next
expect review
wait 91
expect attract
expect-no Naserian
tap start
tap choose.en
tap status
type CRS-000001-00
tap stop
expect goodbye
tap done
expect attract
