# Consent refused, a ticket all the same; then a birth and a death, with a step back.
tap start
tap choose.en
tap form
tap form.birth_cert
tap refuse
expect priority
tap class.infant
expect ticket
tap home
tap form
tap form.birth_cert
tap agree
type Baraka Kiprop
tap next
type 1/1/2030
tap next
expect wheel.day
type 1/9/2026
tap next
tap choice.male
tap next
type Moi Teaching Eldoret
tap back
expect choice.male
tap next
type Moi Teaching Eldoret
tap next
tap skip
type Jepkosgei Chelagat
tap next
tap skip
tap skip
tap skip
tap choice.guardian
tap next
type 0110234567
tap next
tap answer
tap next
tap submit
expect submitted
tap home
tap form
tap page.next
tap page.previous
tap form.death_cert
tap agree
type Ole Nkaissery Lemayian
tap next
tap skip
type 13/10/2026
tap next
type Kajiado Referral
tap next
type BP/88213/26
tap next
type Naisiae Lemayian
tap next
type 23817261
tap next
type Binti wake
tap next
type 0733-445-566
tap next
tap answer
tap next
expect review
tap submit
expect submitted
tap done
tap done
