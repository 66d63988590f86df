"""What we set up at a customer's: wanted, planned, applied, looked after and removed again, all without a manual step
[dp/provisioning].

``wanted`` says what there should be, ``kinds`` how one thing of each kind is found, made, changed and removed in
SuperOffice, ``plan`` what has to be done (it asks nobody), ``work`` does it, and ``models`` remembers what is ours.
"""
