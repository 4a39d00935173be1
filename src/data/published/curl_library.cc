#include "data/published/curl_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace lithe::data {

namespace {

// Debian's package libcurl3-gnutls has the second.
#if defined(__APPLE__)
constexpr const char* kCurlNames[] = {"libcurl.4.dylib"};
#else
constexpr const char* kCurlNames[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
#endif

template <typename Function>
bool find_function(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

}  // namespace

CurlLibrary load_curl(std::span<const char* const> names) {
  CurlLibrary curl;
  std::string problem;
  for (const char* name : names) {
    // It stays to the end: libraries that it loads have work to do then.
    void* library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) {
      if (problem.empty()) problem = ::dlerror();
      continue;
    }
    if (find_function(library, "curl_easy_init", curl.init) &&
        find_function(library, "curl_easy_cleanup", curl.cleanup) &&
        find_function(library, "curl_easy_setopt", curl.set) &&
        find_function(library, "curl_easy_getinfo", curl.get) &&
        find_function(library, "curl_easy_perform", curl.perform) &&
        find_function(library, "curl_easy_strerror", curl.text_of))
      return curl;
    problem = fmt::format("{} is not libcurl", name);
  }
  CurlLibrary none;
  none.problem = problem;
  return none;
}

const CurlLibrary& curl_library() {
  static const CurlLibrary loaded = load_curl(kCurlNames);
  return loaded;
}

}  // namespace lithe::data
