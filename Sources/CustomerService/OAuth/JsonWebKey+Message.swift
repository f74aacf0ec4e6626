import CustomerServiceAPI
import Identity

extension CSAv1.JsonWebKey {
  init(_ key: JSONWebKey, _ record: SigningKeyRecord) {
    self.init()
    kty = key.type
    use = "sig"
    alg = record.algorithm.rawValue
    kid = record.id
    for (name, value) in key.members {
      switch name {
      case "n": n = value
      case "e": e = value
      case "crv": crv = value
      case "x": x = value
      case "y": y = value
      default: break
      }
    }
  }
}
