# Codes held before the scanner at good and bad moments.
scan 6001234567890
expect attract
tap start
scan hello
tap choose.en
tap find
tap search
scan passport
expect search
tap back
tap home
tap form
tap form.police_abstract
tap agree
scan Kipchumba Rotich
tap next
scan 28282828
tap next
tap choice.licence
tap next
scan DL-0099-KKZ
tap next
type 2/11/2026
tap next
type Eldoret stage ya Iten
tap next
scan 0720123987
tap next
tap answer
tap next
expect review
expect-text DL-0099-KKZ
tap submit
expect submitted
tap home
tap status
scan NPS-000123-45
tap next
expect status
scan NPS-000123-21
tap next
expect status-answer
picture status-answer
tap done
end-visit
