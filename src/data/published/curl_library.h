// libcurl, loaded when something is to be downloaded. It needs twenty other libraries, which would
// be most of what the program loads at its start.
#pragma once

#define CURL_DISABLE_DEPRECATION  // of options that old versions need
#include <curl/curl.h>

#include <span>
#include <string>

namespace lithe::data {

// Its functions, of any version since 7.32 (2013).
struct CurlLibrary {
  std::string problem;  // why it cannot be loaded; if there is one, the functions are null
  decltype(&curl_easy_init) init = nullptr;
  decltype(&curl_easy_cleanup) cleanup = nullptr;
  decltype(&curl_easy_setopt) set = nullptr;
  decltype(&curl_easy_getinfo) get = nullptr;
  decltype(&curl_easy_perform) perform = nullptr;
  decltype(&curl_easy_strerror) text_of = nullptr;
};

// Loads the first that there is of the libraries with these names.
CurlLibrary load_curl(std::span<const char* const> names);

// That of this machine, loaded once.
const CurlLibrary& curl_library();

}  // namespace lithe::data
