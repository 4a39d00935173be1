// Interposes the functions that write, and records what goes to the two output streams.
//
// Text that the C library's streams print is recorded when it is printed, because the later write
// of the buffer happens within the library. Each function calls the real one first, so that a line
// counts only after it was written.
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstring>

#include "preload/lines.h"
#include "preload/real.h"

#undef putc
#undef putchar

namespace {

using lithe::preload::Real;
using lithe::preload::see;

// Only these two streams: any other may be closed.
int descriptor_of(FILE* stream) {
  if (stream == stdout) return STDOUT_FILENO;
  return stream == stderr ? STDERR_FILENO : -1;
}

void see_on(FILE* stream, const char* text, std::size_t length) {
  const int descriptor = descriptor_of(stream);
  if (descriptor >= 0) see(descriptor, text, length);
}

void see_character(FILE* stream, int character) {
  const char c = static_cast<char>(character);
  see_on(stream, &c, 1);
}

// The end of a long line is not recorded. Only its line feed matters.
void see_formatted(FILE* stream, const char* format, va_list values, int printed) {
  if (printed <= 0 || descriptor_of(stream) < 0) return;
  char text[512];
  const int before = errno;
  const int length = ::vsnprintf(text, sizeof(text), format, values);
  errno = before;
  if (length <= 0) return;
  const auto whole = static_cast<std::size_t>(length);
  see_on(stream, text, whole < sizeof(text) ? whole : sizeof(text) - 1);
  const std::size_t format_length = std::strlen(format);
  if (whole >= sizeof(text) && format_length > 0 && format[format_length - 1] == '\n')
    see_character(stream, '\n');
}

Real<ssize_t (*)(int, const void*, size_t)> real_write("write");
Real<ssize_t (*)(int, const iovec*, int)> real_writev("writev");
Real<size_t (*)(const void*, size_t, size_t, FILE*)> real_fwrite("fwrite");
Real<size_t (*)(const void*, size_t, size_t, FILE*)> real_fwrite_unlocked("fwrite_unlocked");
Real<int (*)(const char*, FILE*)> real_fputs("fputs");
Real<int (*)(const char*)> real_puts("puts");
Real<int (*)(int, FILE*)> real_fputc("fputc");
Real<int (*)(int)> real_putchar("putchar");
Real<int (*)(FILE*, const char*, va_list)> real_vfprintf("vfprintf");
Real<int (*)(FILE*, int, const char*, va_list)> real_vfprintf_chk("__vfprintf_chk");

int print(FILE* stream, const char* format, va_list values) {
  va_list again;
  va_copy(again, values);
  const int printed = real_vfprintf.get()(stream, format, values);
  see_formatted(stream, format, again, printed);
  va_end(again);
  return printed;
}

int print_checked(FILE* stream, int flag, const char* format, va_list values) {
  va_list again;
  va_copy(again, values);
  const int printed = real_vfprintf_chk.get()(stream, flag, format, values);
  see_formatted(stream, format, again, printed);
  va_end(again);
  return printed;
}

}  // namespace

LITHE_INTERPOSED ssize_t write(int descriptor, const void* bytes, size_t count) {
  const ssize_t written = real_write.get()(descriptor, bytes, count);
  if (written > 0)
    see(descriptor, static_cast<const char*>(bytes), static_cast<std::size_t>(written));
  return written;
}

LITHE_INTERPOSED ssize_t writev(int descriptor, const iovec* pieces, int count) {
  const ssize_t written = real_writev.get()(descriptor, pieces, count);
  std::size_t left = written > 0 ? static_cast<std::size_t>(written) : 0;
  for (int i = 0; i < count && left > 0; ++i) {
    const std::size_t part = pieces[i].iov_len < left ? pieces[i].iov_len : left;
    see(descriptor, static_cast<const char*>(pieces[i].iov_base), part);
    left -= part;
  }
  return written;
}

LITHE_INTERPOSED size_t fwrite(const void* items, size_t size, size_t count, FILE* stream) {
  const size_t written = real_fwrite.get()(items, size, count, stream);
  see_on(stream, static_cast<const char*>(items), written * size);
  return written;
}

LITHE_INTERPOSED size_t fwrite_unlocked(const void* items, size_t size, size_t count,
                                        FILE* stream) {
  const size_t written = real_fwrite_unlocked.get()(items, size, count, stream);
  see_on(stream, static_cast<const char*>(items), written * size);
  return written;
}

LITHE_INTERPOSED int fputs(const char* text, FILE* stream) {
  const int result = real_fputs.get()(text, stream);
  if (result >= 0) see_on(stream, text, std::strlen(text));
  return result;
}

LITHE_INTERPOSED int puts(const char* text) {
  const int result = real_puts.get()(text);
  if (result >= 0) {
    see_on(stdout, text, std::strlen(text));
    see_character(stdout, '\n');
  }
  return result;
}

LITHE_INTERPOSED int fputc(int character, FILE* stream) {
  const int result = real_fputc.get()(character, stream);
  if (result != EOF) see_character(stream, character);
  return result;
}

LITHE_INTERPOSED int putc(int character, FILE* stream) { return fputc(character, stream); }

LITHE_INTERPOSED int putchar(int character) {
  const int result = real_putchar.get()(character);
  if (result != EOF) see_character(stdout, character);
  return result;
}

LITHE_INTERPOSED int vfprintf(FILE* stream, const char* format, va_list values) {
  return print(stream, format, values);
}

LITHE_INTERPOSED int vprintf(const char* format, va_list values) {
  return print(stdout, format, values);
}

LITHE_INTERPOSED int fprintf(FILE* stream, const char* format, ...) {
  va_list values;
  va_start(values, format);
  const int printed = print(stream, format, values);
  va_end(values);
  return printed;
}

LITHE_INTERPOSED int printf(const char* format, ...) {
  va_list values;
  va_start(values, format);
  const int printed = print(stdout, format, values);
  va_end(values);
  return printed;
}

// The functions that printf and others become with _FORTIFY_SOURCE.
LITHE_INTERPOSED int __vfprintf_chk(FILE* stream, int flag, const char* format, va_list values) {
  return print_checked(stream, flag, format, values);
}

LITHE_INTERPOSED int __vprintf_chk(int flag, const char* format, va_list values) {
  return print_checked(stdout, flag, format, values);
}

LITHE_INTERPOSED int __fprintf_chk(FILE* stream, int flag, const char* format, ...) {
  va_list values;
  va_start(values, format);
  const int printed = print_checked(stream, flag, format, values);
  va_end(values);
  return printed;
}

LITHE_INTERPOSED int __printf_chk(int flag, const char* format, ...) {
  va_list values;
  va_start(values, format);
  const int printed = print_checked(stdout, flag, format, values);
  va_end(values);
  return printed;
}
