/*
 * The JSON codec on the fuzzer's corpus; what it encodes and decodes otherwise is json_spec's.
 */
#include "fuzz/fuzz_json.c"
#include "test.h"

static void test_corpus(void)
{
    test_replay(MH_TEST_CORPUS "/json", LLVMFuzzerTestOneInput);
}

int main(void)
{
    RUN(test_corpus);
    return 0;
}
