# Everything a printer can do to people.
printer paper-out
tap start
tap choose.en
tap find
tap category.land
tap service.LAND-02
tap print-list
tap take-ticket
tap class.none
expect ticket
printer ready
end-visit
printer unplug
tap start
tap choose.sw
tap find
tap category.law
tap service.JUD-03
tap take-ticket
tap class.none
expect ticket
tap home
tap form
tap form.public_participation
tap agree
tap next
type Kikundi cha Vijana wa Mji wa Kale
tap next
tap skip
tap choice.yes
tap next
tap choice.no
tap next
type Sehemu ya tatu: huduma kwa wazee
tap next
type Waletewe huduma nyumbani
tap next
type Asanteni
tap next
expect review
tap submit
expect submitted
printer plug
end-visit
drain
printer paper-out
tap start
tap choose.en
tap find
tap category.utility
tap service.KPLC-01
tap take-ticket
tap class.none
printer unplug
printer plug
printer ready
tap done
drain
