import Testing

@testable import Gateway

struct OpenAPIMergeTests {
  private static let one = """
    {
      "openapi": "3.1.0",
      "info": {
        "title": "One",
        "version": "1.0"
      },
      "tags": [
        {
          "name": "A \\\"}{][,: B"
        }
      ],
      "paths": {
        "/a": {
          "get": [
            1,
            2
          ]
        }
      },
      "components": {
        "schemas": {
          "A": {}
        }
      }
    }

    """
  private static let two = """
    {
      "openapi": "3.1.0",
      "info": {
        "title": "Two",
        "version": "2.0"
      },
      "tags": [],
      "paths": {
        "/b": {}
      },
      "components": {
        "schemas": {
          "B": {}
        },
        "headers": {
          "X": {}
        }
      }
    }

    """

  @Test func oneStaysAsItIs() {
    #expect(OpenAPIMerge.merged([]) == nil)
    #expect(OpenAPIMerge.merged([Array(Self.one.utf8)]) == Array(Self.one.utf8))
  }

  @Test func severalAreOne() throws {
    let merged = try #require(OpenAPIMerge.merged([Array(Self.one.utf8), Array(Self.two.utf8)]))
    #expect(
      String(decoding: merged, as: UTF8.self) == """
        {
          "openapi": "3.1.0",
          "info": {
            "title": "One and Two",
            "version": "1.0 and 2.0"
          },
          "tags": [
            {
              "name": "A \\\"}{][,: B"
            }
          ],
          "paths": {
            "/a": {
              "get": [
                1,
                2
              ]
            },
            "/b": {}
          },
          "components": {
            "schemas": {
              "A": {},
              "B": {}
            },
            "headers": {
              "X": {}
            }
          }
        }

        """)
  }
}
