"""What SuperOffice tells us by webhooks: verified, stored once, answered at once, worked at later."""
