#include "report/html.h"

namespace lithe::report {

std::string escape(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else if (c == '\'')
      result += "&#39;";
    else
      result += static_cast<unsigned char>(c) < ' ' || c == '\x7f' ? ' ' : c;
  }
  return result;
}

std::string shorten(std::string_view text, std::size_t most) {
  constexpr std::size_t kLongest = 4;  // bytes of a character
  std::size_t characters = 0, begin = 0, cut = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool continues = (static_cast<unsigned char>(text[at]) & 0xc0) == 0x80;
    if (continues && at > 0 && at - begin < kLongest) continue;
    begin = at;
    if (characters + 1 == most) cut = at;  // where the dots would stand
    if (++characters > most) return std::string(text.substr(0, cut)) + "…";
  }
  return std::string(text);
}

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  result.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t left = bytes.size() - at;
    const unsigned group = unsigned{bytes[at]} << 16 |
                           (left > 1 ? unsigned{bytes[at + 1]} << 8 : 0) |
                           (left > 2 ? unsigned{bytes[at + 2]} : 0);
    result += kDigits[group >> 18];
    result += kDigits[group >> 12 & 63];
    result += left > 1 ? kDigits[group >> 6 & 63] : '=';
    result += left > 2 ? kDigits[group & 63] : '=';
  }
  return result;
}

}  // namespace lithe::report
