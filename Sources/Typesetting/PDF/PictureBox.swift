/// A picture as large as it will stand on the page, in points.
struct PictureBox {
  var image: Image
  /// The same for each place where the document shows the image.
  var identifier: Int
  var width: Float
  var height: Float

  /// At 96 pixels an inch, made smaller where it must be.
  init(_ image: Image, identifier: Int, widthMax: Float, heightMax: Float) {
    let width = Float(image.width) * 0.75
    let height = Float(image.height) * 0.75
    let scale = min(1, widthMax / width, heightMax / height)
    self.image = image
    self.identifier = identifier
    self.width = width * scale
    self.height = height * scale
  }
}
