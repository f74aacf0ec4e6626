#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <openssl/x509v3.h>

// Macros that Swift cannot call.
static inline void weft_ssl_ctx_configure(SSL_CTX *context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}
static inline void weft_ssl_set_server_name(SSL *ssl, const char *name) { SSL_set_tlsext_host_name(ssl, name); }
static inline size_t weft_bio_mem_data(BIO *bio, char **start) { return (size_t)BIO_get_mem_data(bio, start); }
// Gives the memory of a large burst back instead of keeping it for the connection's life.
static inline void weft_bio_mem_clear(BIO *bio) {
  BUF_MEM *memory = NULL;
  BIO_get_mem_ptr(bio, &memory);
  BIO_reset(bio);
  if (memory != NULL && memory->max > 65536) {
    BUF_MEM *fresh = BUF_MEM_new();
    if (fresh != NULL) BIO_set_mem_buf(bio, fresh, BIO_CLOSE);
  }
}
static inline EVP_PKEY *weft_make_rsa_key(size_t bits) { return EVP_RSA_gen(bits); }
static inline EVP_PKEY *weft_make_p256_key(void) { return EVP_EC_gen("P-256"); }
