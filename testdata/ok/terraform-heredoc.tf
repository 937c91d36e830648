locals {
  scep = <<-EOT
    <?xml version="1.0" encoding="UTF-8"?>
    <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
    <plist version="1.0">
      <dict>
        <key>PayloadContent</key>
        <array>
          %{ for ca in var.authorities ~}
          <dict>
            <key>PayloadType</key>
            <string>com.apple.security.scep</string>
            <key>PayloadVersion</key>
            <integer>1</integer>
            <key>PayloadIdentifier</key>
            <string>net.corp.scep.${ca.name}</string>
            <key>PayloadUUID</key>
            <string>${random_uuid.scep[ca.name].result}</string>
            <key>PayloadContent</key>
            <dict>
              <key>URL</key>
              <string>${ca.url}</string>
              <key>Challenge</key>
              <string>$FLEET_VAR_CUSTOM_SCEP_CHALLENGE_A</string>
              <key>Keysize</key>
              <integer>${ca.keysize}</integer>
              <key>Key Type</key>
              <string>RSA</string>
              <key>Key Usage</key>
              <integer>5</integer>
              <key>CAFingerprint</key>
              <data>${base64encode(ca.fingerprint)}</data>
              <key>Subject</key>
              <array>
                <array>
                  <array>
                    <string>CN</string>
                    <string>$${FLEET_VAR_HOST_HARDWARE_SERIAL}</string>
                  </array>
                </array>
              </array>
            </dict>
          </dict>
          %{ endfor ~}
        </array>
        <key>PayloadType</key>
        <string>Configuration</string>
        <key>PayloadVersion</key>
        <integer>1</integer>
        <key>PayloadIdentifier</key>
        <string>net.corp.scep</string>
        <key>PayloadUUID</key>
        <string>7C0A1B5E-52A3-4C35-8F0C-5E6C4A1D2B31</string>
      </dict>
    </plist>
  EOT
}
