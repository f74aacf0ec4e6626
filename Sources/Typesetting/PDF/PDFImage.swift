internal import CPango
internal import Glibc

/// Pictures as cairo wants them.
enum PDFImage {
  /// A surface that the caller destroys; nil if the bytes are broken.
  ///
  /// - Parameters:
  ///   - identifier: By which cairo knows an image that it has already written, and writes it but once.
  ///   - isRepeated: Whether it has, and needs no more than an empty surface with that name.
  static func surface(of image: Image, identifier: Int, isRepeated: Bool) -> OpaquePointer? {
    let surface =
      if isRepeated {
        cairo_image_surface_create(CAIRO_FORMAT_A1, Int32(image.width), Int32(image.height))
      } else {
        switch image.format {
        case .png: png(image)
        case .jpeg: jpeg(image)
        }
      }
    guard let surface, cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS, let name = strdup("weft-\(identifier)") else {
      cairo_surface_destroy(surface)
      return nil
    }
    // cairo frees the name with the surface.
    let status = name.withMemoryRebound(to: UInt8.self, capacity: strlen(name)) {
      cairo_surface_set_mime_data(surface, CAIRO_MIME_TYPE_UNIQUE_ID, $0, UInt(strlen(name)), { free($0) }, name)
    }
    guard status == CAIRO_STATUS_SUCCESS else {
      cairo_surface_destroy(surface)
      return nil
    }
    return surface
  }

  private struct Reader {
    var bytes: [UInt8]
    var offset = 0
  }

  /// Decoded by libpng, whose size `Image` has checked.
  private static func png(_ image: Image) -> OpaquePointer? {
    var reader = Reader(bytes: image.bytes)
    let surface = withUnsafeMutablePointer(to: &reader) { pointer in
      cairo_image_surface_create_from_png_stream(
        { closure, data, length in
          // `reader` lives on the stack of the caller, which waits for this.
          guard let reader = closure?.assumingMemoryBound(to: Reader.self), let data else { return CAIRO_STATUS_READ_ERROR }
          let count = Int(length)
          guard reader.pointee.offset + count <= reader.pointee.bytes.count else { return CAIRO_STATUS_READ_ERROR }
          reader.pointee.bytes.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { memcpy(data, base + reader.pointee.offset, count) }
          }
          reader.pointee.offset += count
          return CAIRO_STATUS_SUCCESS
        }, pointer)
    }
    guard let surface else { return nil }
    guard cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS else {
      cairo_surface_destroy(surface)
      return nil
    }
    return surface
  }

  /// Not decoded: the file goes into the PDF as it is, on an empty surface of its size with one bit a pixel.
  private static func jpeg(_ image: Image) -> OpaquePointer? {
    guard let surface = cairo_image_surface_create(CAIRO_FORMAT_A1, Int32(image.width), Int32(image.height)) else { return nil }
    guard let copy = malloc(image.bytes.count) else {
      cairo_surface_destroy(surface)
      return nil
    }
    image.bytes.withUnsafeBytes { bytes in
      if let base = bytes.baseAddress { memcpy(copy, base, bytes.count) }
    }
    // cairo frees the copy with the surface, or at once if it refuses it.
    let status = cairo_surface_set_mime_data(
      surface, CAIRO_MIME_TYPE_JPEG, copy.assumingMemoryBound(to: UInt8.self), UInt(image.bytes.count), { free($0) }, copy)
    guard status == CAIRO_STATUS_SUCCESS else {
      cairo_surface_destroy(surface)
      return nil
    }
    return surface
  }
}
