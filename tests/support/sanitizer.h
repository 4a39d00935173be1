// Tests that a sanitizer does not allow.
#pragma once

#include <gtest/gtest.h>

// ThreadSanitizer starts a thread of its own, and a child made by fork() alone may wait for it.
#if defined(__SANITIZE_THREAD__)
#define LITHE_SKIP_UNDER_THREAD_SANITIZER() \
  GTEST_SKIP() << "ThreadSanitizer has a thread of its own, which this test counts or forks"
#else
#define LITHE_SKIP_UNDER_THREAD_SANITIZER() static_cast<void>(0)
#endif
