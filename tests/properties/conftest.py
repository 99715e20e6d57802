from sauro.serve.tests.conftest import town as town
