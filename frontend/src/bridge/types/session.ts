// Who sits at which device.

/** The device, named before anybody has logged in. */
export interface Station {
  name: string
  division: string
  counter: string
  tier: string
  district: string
}

/** The logged-in user. */
export interface Who {
  user: string
  roles: string[]
  idle_seconds: number
}
