"""Rules of the gateway: functions of values and `now`. No Flask, no SQL, no files, no clocks."""
