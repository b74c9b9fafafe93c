"""What an agency's connector answers over HTTP: to the gateway as a provider, to anybody as a witness."""
